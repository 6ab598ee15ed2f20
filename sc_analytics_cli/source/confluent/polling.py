"""Polling librdkafka: records by partition, and how far each partition is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, Message

from ...event import Record
from ..kafka.connection import Connection
from .client import final, translated, translation
from .record import ConfluentRecord


class Run(NamedTuple):
    """What a poll brought of one partition, and the next offset."""

    topic: str
    end: int
    records: Sequence[Record]


def fetched(
    consumer: Consumer, connection: Connection, timeout: float, limit: int
) -> list[Message]:
    """What the driver has; it would wait for all `limit`, so the first is waited for alone."""
    with translated(connection):
        messages = consumer.consume(1, timeout)
        if messages and limit > 1:
            messages += consumer.consume(limit - 1, 0)
    return messages


def sorted_out(
    messages: Sequence[Message], connection: Connection, unheeded: Collection[int] = ()
) -> dict[str, Run]:
    """Partition → what came of it; a broken connection is the driver's own business.

    Raises the product's error for what polling on would not mend; codes of errors
    that are `unheeded` do not matter to the caller.
    """
    records: dict[tuple[str, int], list[Record]] = {}
    ends: dict[tuple[str, int], int] = {}
    for message in messages:
        at = (message.topic(), message.partition())
        if message.error() is None:
            records.setdefault(at, []).append(ConfluentRecord(message))  # type: ignore[arg-type]
        elif message.error().code() not in unheeded:  # type: ignore[union-attr]
            _heed(message, connection, ends)
    for at, own in records.items():
        ends[at] = max(ends.get(at, 0), own[-1].offset + 1)
    return {
        f"{topic}/{number}": Run(topic, end, records.get((topic, number), ()))
        for (topic, number), end in ends.items()
    }


def _heed(message: Message, connection: Connection, ends: dict[tuple[str, int], int]) -> None:
    """Note that a partition is read to its end, markers and all; or raise."""
    error = message.error()
    assert error is not None
    if error.code() == KafkaError._PARTITION_EOF:
        ends[message.topic(), message.partition()] = message.offset()  # type: ignore[index,assignment]
    elif final(error):
        raise translation(error, connection.servers)
