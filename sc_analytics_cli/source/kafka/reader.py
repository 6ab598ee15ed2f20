"""Spans of Kafka partitions by assignment: no group, no commit."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from kafka import TopicPartition

from ...event import Chunk
from ..port import Span
from .client import consumer, name_of, partition_of, translated
from .connection import Connection
from .polling import Silence, polled
from .topics import nothing_comes

_FETCH_BYTES = 1024 * 1024


class KafkaReader:
    """Implements Reader.

    The end of a span is found by the consumer's position, not by the last
    record: offsets of transaction markers hold no record.
    """

    def __init__(self, connection: Connection, spans: Mapping[str, Span]) -> None:
        """`spans` are not empty, and lie within the bounds of their partitions."""
        self._connection = connection
        self._ends = {partition_of(name): end for name, (_, end) in spans.items()}
        self._at = {partition_of(name): start for name, (start, _) in spans.items()}
        self._silence = Silence(connection.timeout)
        self._consumer = consumer(connection, max_partition_fetch_bytes=_FETCH_BYTES)
        with translated(connection):
            self._consumer.assign(list(self._at))
            for each, start in self._at.items():
                self._consumer.seek(each, start)

    @property
    def done(self) -> bool:
        """See Reader.done."""
        return not self._ends

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Reader.poll. Raises UnreachableError after `timeout` seconds without progress."""
        if self.done:
            return []
        began = time.monotonic()
        with translated(self._connection):
            found = polled(self._consumer, timeout, limit)
            chunks = [
                self._chunk(each, records) for each, records in found.items() if each in self._ends
            ]
            if not found:
                chunks = list(self._passed())
        if self._silence.lasts(began, bool(chunks)):
            nothing_comes(self._connection, {name_of(each): self._at[each] for each in self._ends})
        return chunks

    def close(self) -> None:
        """See Reader.close."""
        self._consumer.close(autocommit=False)

    def _chunk(self, partition: TopicPartition, records: list[Any]) -> Chunk:
        """Records up to the span's end; the first beyond it shows that the end is reached."""
        end, start = self._ends[partition], self._at[partition]
        upto = min(end, records[-1].offset + 1)
        if records[-1].offset >= end:
            records = [record for record in records if record.offset < end]
        self._advance(partition, upto)
        return Chunk(name_of(partition), start, upto, records, partition.topic)

    def _passed(self) -> Iterator[Chunk]:
        """Empty chunks for offsets that the consumer has passed without a record."""
        for partition, end in list(self._ends.items()):
            start, position = self._at[partition], self._consumer.position(partition, 0)
            if position is not None and position > start:
                upto = min(end, position)
                self._advance(partition, upto)
                yield Chunk(name_of(partition), start, upto, [], partition.topic)

    def _advance(self, partition: TopicPartition, upto: int) -> None:
        self._at[partition] = upto
        if upto >= self._ends[partition]:
            del self._ends[partition]
            self._consumer.pause(partition)
