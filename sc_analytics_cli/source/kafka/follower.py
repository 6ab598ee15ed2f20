"""Following a topic in a consumer group, with the starts decided by the caller."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from kafka import ConsumerRebalanceListener, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from ...event import Chunk
from .client import consumer, name_of, partition_of, translated

_FETCH_BYTES = 4 * 1024 * 1024
_NOWHERE = 0


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes what the group gives and takes.

    It runs on the driver's I/O thread and must neither wait nor ask the store:
    a new partition is paused, at a position of no meaning, until the caller seeks.
    """

    def __init__(self) -> None:
        self.consumer: Any = None
        self._lock = threading.Lock()
        self._taken: set[TopicPartition] = set()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        for partition in assigned:
            self.consumer.pause(partition)
            self.consumer.seek(partition, _NOWHERE)
        with self._lock:
            self._taken.update(assigned)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        with self._lock:
            self._taken.difference_update(revoked)

    def take(self) -> set[TopicPartition]:
        with self._lock:
            taken, self._taken = self._taken, set()
        return taken


class KafkaFollower:
    """Implements Follower."""

    def __init__(
        self,
        servers: str,
        timeout: float,
        topic: str,
        group: str,
        *,
        session_timeout: float = 15.0,
    ) -> None:
        self._servers = servers
        self._timeout = timeout
        self._at: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._taken: set[TopicPartition] = set()
        self._assignment = _Assignment()
        self._consumer = consumer(
            servers,
            timeout,
            group_id=group,
            max_partition_fetch_bytes=_FETCH_BYTES,
            session_timeout_ms=int(session_timeout * 1000),
            heartbeat_interval_ms=int(session_timeout * 1000 / 4),
        )
        self._assignment.consumer = self._consumer
        with translated(servers):
            self._consumer.subscribe([topic], listener=self._assignment)

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Follower.poll."""
        with translated(self._servers):
            polled = self._consumer.poll(int(timeout * 1000), limit)
            self._renew()
            if not polled:
                return self._passed()
        return [self._chunk(each, records) for each, records in polled.items() if each in self._at]

    def taken(self) -> set[str]:
        """See Follower.taken."""
        taken, self._taken = self._taken, set()
        return {name_of(each) for each in taken}

    def held(self) -> set[str]:
        """See Follower.held."""
        return {name_of(each) for each in self._consumer.assignment()}

    def seek(self, starts: Mapping[str, int]) -> None:
        """See Follower.seek."""
        ours = self._consumer.assignment()
        for name, start in starts.items():
            partition = partition_of(name)
            if partition in ours:
                self._consumer.seek(partition, start)
                self._consumer.resume(partition)
                self._at[partition] = start

    def rest(self, timeout: float) -> None:
        """See Follower.rest."""
        with translated(self._servers):
            flowing = self._consumer.assignment() - self._consumer.paused()
            self._consumer.pause(*flowing)
            try:
                self._consumer.poll(int(timeout * 1000), 1)
                self._renew()
            finally:
                self._consumer.resume(*(flowing & self._consumer.assignment() & set(self._at)))

    def commit(self, positions: Mapping[str, int]) -> None:
        """See Follower.commit."""
        ours = self._consumer.assignment()
        offsets = {partition_of(name): at for name, at in positions.items()}
        fresh = {p: at for p, at in offsets.items() if p in ours and self._committed.get(p) != at}
        if fresh:
            self._committed |= fresh
            with translated(self._servers):
                self._consumer.commit_async(_marked(fresh))

    def close(self) -> None:
        """See Follower.close."""
        ours = {p: at for p, at in self._committed.items() if p in self._consumer.assignment()}
        try:
            # A group that cannot be told is no failure: the store knows how far we are.
            with suppress(KafkaError):
                if ours:
                    self._consumer.commit(_marked(ours), timeout_ms=int(self._timeout * 1000))
        finally:
            self._consumer.close(autocommit=False, timeout_ms=int(self._timeout * 1000))

    def _renew(self) -> None:
        """Follow the group's decisions: what it gave anew waits for a seek."""
        new = self._assignment.take()
        self._taken |= new
        ours = self._consumer.assignment()
        self._at = {each: at for each, at in self._at.items() if each in ours and each not in new}

    def _chunk(self, partition: TopicPartition, records: list[Any]) -> Chunk:
        start, end = self._at[partition], records[-1].offset + 1
        self._at[partition] = end
        return Chunk(name_of(partition), start, end, records, partition.topic)

    def _passed(self) -> list[Chunk]:
        """Empty chunks for offsets that the consumer has passed without a record."""
        passed = []
        for partition in self._consumer.assignment() & set(self._at):
            start, position = self._at[partition], self._consumer.position(partition, 0)
            if position is not None and position > start:
                self._at[partition] = position
                passed.append(Chunk(name_of(partition), start, position, [], partition.topic))
        return passed


def _marked(offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {each: OffsetAndMetadata(at, "", -1) for each, at in offsets.items()}
