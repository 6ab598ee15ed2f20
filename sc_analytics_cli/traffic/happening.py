"""Something that happens in the made-up shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Happening(NamedTuple):
    """An event before it is written down.

    `at` is in seconds since 1970 UTC; `topic` is `user` or `order`; `key` is the
    aggregate's id; `name` is the event type without its topic.
    """

    at: float
    topic: str
    name: str
    key: str
    payload: Mapping[str, Any] | None = None


Story = Iterator[Happening]
"""What happens to one user or order."""
