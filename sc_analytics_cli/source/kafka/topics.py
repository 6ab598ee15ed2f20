"""Which topics and partitions there are, asked anew each time: a consumer's memory may be old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn

from kafka import KafkaAdminClient, TopicPartition, errors

from ...errors import NotThereError, UnreachableError
from .client import admin, partition_of
from .connection import Connection

_ASK_SECONDS = 1.0
_MISSING = (errors.UnknownTopicOrPartitionError.errno, errors.InvalidTopicError.errno)


class Topic(NamedTuple):
    """A topic as the cluster describes it; `id` is None before Kafka 2.8 (KIP-516)."""

    id: str | None
    partitions: list[int]


def described(connection: Connection, topics: Iterable[str]) -> dict[str, Topic]:
    """Topic → what it is; raises NotThereError for one that does not exist."""
    wanted = sorted(set(topics))
    if not wanted:
        return {}
    with admin(connection) as client:
        return {
            found["name"]: _topic(client, connection, found)
            for found in client.describe_topics(wanted)
        }


def check(connection: Connection, partitions: Iterable[TopicPartition]) -> None:
    """Raise NotThereError where one of the partitions does not exist."""
    wanted = list(partitions)
    known = described(connection, {each.topic for each in wanted})
    for topic, number in wanted:
        if number not in known[topic].partitions:
            raise NotThereError(
                f"{topic} has no partition {number}",
                cause=f"its partitions are 0 to {max(known[topic].partitions, default=0)}",
            )


def nothing_comes(
    connection: Connection, at: Mapping[str, int], reason: str | None = None
) -> NoReturn:
    """Raise UnreachableError, or NotThereError where one of these topics has gone meanwhile.

    `at` tells how far each partition was read; `reason`, what the driver says of it.
    """
    with suppress(UnreachableError):
        check(replace(connection, timeout=_ASK_SECONDS), [partition_of(name) for name in at])
    waiting = ", ".join(f"{name} at {offset}" for name, offset in at.items())
    raise UnreachableError(
        f"Kafka at {connection.servers} sends nothing any more ({waiting})",
        cause=reason or "the broker went away while it was being read",
        advice="type the command again: what was absorbed stays so",
    )


def _topic(client: KafkaAdminClient, connection: Connection, found: dict[str, Any]) -> Topic:
    if found["error_code"] in _MISSING:
        flag = connection.topic_flags.get(found["name"], "--user-topic or --order-topic")
        like = get_close_matches(found["name"], client.list_topics(), 1)
        raise NotThereError(
            f"Kafka at {connection.servers} has no topic {found['name']}",
            cause=f"perhaps {like[0]} is meant"
            if like
            else "it was never created, or this is another cluster",
            advice=f"set {flag}, or create the topic",
        )
    if found["error_code"]:
        raise errors.for_code(found["error_code"])(found["name"])
    numbers = sorted(each["partition_index"] for each in found["partitions"])
    return Topic(found.get("topic_id"), numbers)
