"""Who is a member of a consumer group, asked without joining it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import GroupIdNotFoundError, KafkaError

from ...errors import AuthenticationError, UnreachableError
from .client import admin
from .connection import Connection

_ASK_SECONDS: Final = 2.0


def members(connection: Connection, groups: Iterable[str]) -> dict[str, int]:
    """Group → how many members it has; see LiveSource.members for what is left out.

    Describe on the group is needed, which Read includes.
    """
    found: dict[str, int] = {}
    hurried = replace(connection, timeout=min(connection.timeout, _ASK_SECONDS))
    with suppress(UnreachableError, AuthenticationError), admin(hurried) as client:
        for group in groups:
            # One by one: a group that is forbidden must not hide the others.
            with suppress(KafkaError):
                count = _count(client, group)
                if count is not None:
                    found[group] = count
    return found


def _count(client: KafkaAdminClient, group: str) -> int | None:
    described = client.describe_groups([group])[group]
    error = described["error"]
    if error is None:
        return len(described["members"])
    # Since Kafka 4.0 a group that never was is an error; before, one without members.
    return 0 if GroupIdNotFoundError.__name__ in error else None
