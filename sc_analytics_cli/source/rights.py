"""What a Kafka user must be allowed to do, and what is said where one is not."""

from __future__ import annotations

from typing import Final

from ..errors import AuthenticationError

READ_TOPICS: Final = "Read on the topics"
READ_GROUPS: Final = "Read on the groups sc-analytics-…"


def denied(servers: str, right: str) -> AuthenticationError:
    """A broker let us in, and then had no access rule that gives us this right."""
    return AuthenticationError(
        f"Kafka at {servers}: this user has not the right {right}",
        cause="no access rule allows it",
        advice="give the user the rights that docs/security.md lists",
    )
