"""When records were recorded, without fetching more than a few of them."""

from __future__ import annotations

import time
from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition

from ...errors import UnreachableError
from ..port import Span
from .polling import polled

FETCH_BYTES = 64 * 1024
"""What one partition sends at most, unless a single batch is larger (KIP-74)."""

_POLL_SECONDS = 0.25
_RECORDS = 100_000


def first_timestamps(
    consumer: KafkaConsumer, spans: Mapping[TopicPartition, Span], timeout: float
) -> dict[TopicPartition, int]:
    """Partition → timestamp of the first record of its span, in milliseconds.

    A span without a record is left out. The consumer is handed back without
    partitions. Raises UnreachableError after `timeout` seconds.
    """
    found: dict[TopicPartition, int] = {}
    waiting = {each: span for each, span in spans.items() if span[0] < span[1]}
    deadline = time.monotonic() + timeout
    try:
        consumer.assign(list(waiting))
        for partition, (start, _) in waiting.items():
            consumer.seek(partition, start)
        while waiting:
            if time.monotonic() > deadline:
                raise UnreachableError(
                    f"Kafka sent no record of {len(waiting)} partitions within {timeout:g} s",
                    cause="the leader of a partition is away",
                    advice="check the brokers, then type the command again",
                )
            records = polled(consumer, _POLL_SECONDS, _RECORDS)
            for partition, (_, end) in list(waiting.items()):
                position = consumer.position(partition, 0)
                first = next(iter(records.get(partition, ())), None)
                if first is not None and first.offset < end:
                    found[partition] = first.timestamp
                if first is not None or (position is not None and position >= end):
                    consumer.pause(partition)
                    del waiting[partition]
    finally:
        consumer.assign([])
    return found
