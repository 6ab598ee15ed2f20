"""Spans of Kafka partitions by assignment: no group, no commit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from kafka import TopicPartition

from ...errors import UnreachableError
from ...event import Chunk
from ..port import Span
from .client import consumer, name_of, partition_of, translated

_FETCH_BYTES = 4 * 1024 * 1024


class KafkaReader:
    """Implements Reader.

    The end of a span is found by the consumer's position, not by the last
    record: offsets of transaction markers hold no record.
    """

    def __init__(self, servers: str, timeout: float, spans: Mapping[str, Span]) -> None:
        self._servers = servers
        self._timeout = timeout
        wanted = {partition_of(name): span for name, span in spans.items() if span[0] < span[1]}
        self._ends = {each: end for each, (_, end) in wanted.items()}
        self._at = {each: start for each, (start, _) in wanted.items()}
        self._progress = time.monotonic()
        self._consumer = consumer(servers, timeout, max_partition_fetch_bytes=_FETCH_BYTES)
        with translated(servers):
            self._consumer.assign(list(wanted))
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
        with translated(self._servers):
            polled = self._consumer.poll(int(timeout * 1000), limit)
            chunks = [self._chunk(each, records) for each, records in polled.items()]
            if not polled:
                chunks = self._passed()
        chunks = [chunk for chunk in chunks if chunk is not None and chunk.start < chunk.end]
        self._watch(bool(chunks))
        return chunks  # type: ignore[return-value]

    def close(self) -> None:
        """See Reader.close."""
        self._consumer.close()

    def _chunk(self, partition: TopicPartition, records: list[Any]) -> Chunk | None:
        """Records up to the span's end; the first beyond it shows that the end is reached."""
        if partition not in self._ends:
            return None
        end, start = self._ends[partition], self._at[partition]
        upto = min(end, records[-1].offset + 1)
        if records[-1].offset >= end:
            records = [record for record in records if record.offset < end]
        self._advance(partition, upto)
        return Chunk(name_of(partition), start, upto, records, partition.topic)

    def _passed(self) -> list[Chunk | None]:
        """Empty chunks for offsets that the consumer has passed without a record."""
        passed: list[Chunk | None] = []
        for partition, end in list(self._ends.items()):
            start, position = self._at[partition], self._consumer.position(partition)
            if position is not None and position > start:
                upto = min(end, position)
                self._advance(partition, upto)
                passed.append(Chunk(name_of(partition), start, upto, [], partition.topic))
        return passed

    def _advance(self, partition: TopicPartition, upto: int) -> None:
        self._at[partition] = upto
        if upto >= self._ends[partition]:
            del self._ends[partition]
            self._consumer.pause(partition)

    def _watch(self, moved: bool) -> None:
        now = time.monotonic()
        if moved:
            self._progress = now
        elif now - self._progress > self._timeout:
            waiting = ", ".join(f"{name_of(each)} at {self._at[each]}" for each in self._ends)
            raise UnreachableError(
                f"Kafka at {self._servers} sends nothing any more ({waiting})",
                cause="the broker went away while it was being read",
                advice="type the command again: what was absorbed stays so",
            )
