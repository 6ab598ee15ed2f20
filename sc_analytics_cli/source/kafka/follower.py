"""Following a topic in a consumer group, with the starts decided by the caller."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError, RetriableError
from kafka.structs import OffsetAndMetadata

from ...event import Chunk
from .assignment import Assignment
from .client import consumer, name_of, partition_of, translated
from .connection import Connection
from .identity import Identity
from .polling import Polled, Silence, polled
from .topics import described

_FETCH_BYTES = 1024 * 1024
_ASK_SECONDS = 1.0


class KafkaFollower:
    """Implements Follower."""

    def __init__(
        self,
        connection: Connection,
        topic: str,
        group: str,
        *,
        session_timeout: float = 15.0,
    ) -> None:
        self._connection = connection
        self._topic = topic
        self._silence = Silence(connection.timeout / 2)
        self._at: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._taken: set[TopicPartition] = set()
        self._decided = self._unasked = False
        self._assignment = Assignment()
        self._consumer = consumer(
            connection,
            group_id=group,
            max_partition_fetch_bytes=_FETCH_BYTES,
            session_timeout_ms=int(session_timeout * 1000),
            heartbeat_interval_ms=int(session_timeout * 1000 / 4),
        )
        self._assignment.consumer = self._consumer
        self._identity = Identity(self._consumer, topic, connection.timeout / 2)
        with translated(connection):
            self._consumer.subscribe([topic], listener=self._assignment)

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Follower.poll. Raises UnreachableError where nobody answers for `timeout` seconds."""
        began = time.monotonic()
        with translated(self._connection):
            found = self._polled(timeout, limit)
            if found:
                chunks = [self._chunk(p, records) for p, records in found.items() if p in self._at]
            else:
                chunks = self._passed()
        if self._silence.lasts(began, bool(chunks)):
            self._ask()
        return chunks

    def ask(self) -> None:
        """See Follower.ask."""
        if self._unasked:
            with translated(self._connection):
                self._identity.ask()
            self._unasked = False

    def confirm(self) -> None:
        """See Follower.confirm."""
        self.ask()
        self._unasked = True  # until there is an answer, and it is yes
        with translated(self._connection):
            self._identity.confirm()
        self._unasked = False

    def taken(self) -> set[str]:
        """See Follower.taken."""
        taken, self._taken = self._taken, set()
        return {name_of(each) for each in taken}

    def held(self) -> set[str]:
        """See Follower.held."""
        return {name_of(each) for each in self._consumer.assignment()}

    def decided(self) -> bool:
        """See Follower.decided."""
        return self._decided

    def ends(self) -> dict[str, int]:
        """See Follower.ends; the high-water mark, so open transactions lie below it."""
        heard = {each: self._consumer.highwater(each) for each in self._consumer.assignment()}
        return {name_of(each): end for each, end in heard.items() if end is not None}

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
        with translated(self._connection):
            flowing = self._consumer.assignment() - self._consumer.paused()
            self._consumer.pause(*flowing)
            try:
                self._polled(timeout, 1)
            finally:
                self._consumer.resume(*(flowing & self._consumer.assignment() & set(self._at)))

    def commit(self, positions: Mapping[str, int]) -> None:
        """See Follower.commit."""
        ours = self._consumer.assignment()
        offsets = {partition_of(name): at for name, at in positions.items()}
        fresh = {p: at for p, at in offsets.items() if p in ours and self._committed.get(p) != at}
        if fresh:
            self._committed |= fresh
            with translated(self._connection):
                self._consumer.commit_async(_marked(fresh))

    def close(self) -> None:
        """See Follower.close."""
        deadline = time.monotonic() + self._connection.timeout
        ours = {p: at for p, at in self._committed.items() if p in self._consumer.assignment()}
        try:
            # A group that cannot be told is no failure: the store knows how far we are.
            with suppress(KafkaError):
                if ours:
                    self._consumer.commit(
                        _marked(ours), timeout_ms=int(self._connection.timeout * 500)
                    )
        finally:
            left = max(0.1, deadline - time.monotonic())
            self._consumer.close(autocommit=False, timeout_ms=int(left * 1000))

    def _polled(self, timeout: float, limit: int) -> Polled:
        """Poll, and carry on with a rebalance that the last poll had no time to end.

        The driver joins again when the topic has new partitions, and forgets that
        it does where that takes longer than the poll: it would neither read nor
        send heartbeats any more, for ever.
        """
        coordinator = self._consumer._coordinator
        if coordinator.rejoining:
            coordinator.request_rejoin()
        found = polled(self._consumer, timeout, limit)
        self._renew()
        if found:
            self._unasked = True
        else:
            self._identity.check()
        return found

    def _ask(self) -> None:
        """Tell a topic on which nothing happens from a broker, or a topic, that is gone."""
        with translated(self._connection):
            try:
                first = [TopicPartition(self._topic, 0)]
                self._consumer.beginning_offsets(first, int(self._connection.timeout * 500))
            except RetriableError:
                described(replace(self._connection, timeout=_ASK_SECONDS), [self._topic])
                raise
        self._silence.end()

    def _renew(self) -> None:
        """Follow the group's decisions: what it gave anew waits for a seek.

        What was committed of it is forgotten: another member may have gone further since.
        """
        new, self._decided = self._assignment.take()
        ours = self._consumer.assignment()
        self._taken = (self._taken | new) & ours
        kept = ours - new
        self._at = {each: at for each, at in self._at.items() if each in kept}
        self._committed = {each: at for each, at in self._committed.items() if each in kept}

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
