"""How topics are configured, as far as we may know."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from kafka.admin import ConfigResource, ConfigResourceType

from ...errors import AuthenticationError
from .client import admin
from .connection import Connection


def setting(connection: Connection, topics: Iterable[str], name: str) -> dict[str, str]:
    """Topic → what is set there under this name; left out where we may not look."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    if not asked:
        return {}
    with suppress(AuthenticationError), admin(connection) as client:
        # Whoever may not ask is answered with no settings.
        found = client.describe_configs(asked, config_filter="all").get("topic", {})
        return {topic: each[name]["value"] for topic, each in found.items() if name in each}
    return {}
