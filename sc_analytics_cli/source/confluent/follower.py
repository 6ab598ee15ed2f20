"""Following a topic in a consumer group, with the starts decided by the caller."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from confluent_kafka import Consumer, KafkaException, TopicPartition

from ...errors import AnalyticsError, UnreachableError
from ...event import Chunk
from ..kafka.connection import Connection
from ..kafka.polling import Silence
from ..kafka.topics import described
from .client import consumer, place, translated
from .identity import Identity
from .polling import Run, fetched, sorted_out
from .reasons import Reasons

_ASK_SECONDS = 1.0

_AT_ONCE = 1_000
"""So many messages fit into a processor's own cache until they are read."""


class ConfluentFollower:
    """Implements Follower.

    The group's decisions are noted, and the driver is told of a partition only when
    the caller has said where it begins: until then nothing of it is fetched. A
    rebalance ends within `poll` or `rest`, on the caller's own thread.
    """

    def __init__(
        self,
        connection: Connection,
        topic: str,
        group: str,
        *,
        topic_id: str | None = None,
        session_timeout: float = 15.0,
    ) -> None:
        """`topic_id` is what the cluster calls the topic that is meant."""
        self._connection = connection
        self._topic = topic
        self._identity = Identity(connection, topic, topic_id)
        self._silence = Silence(connection.timeout / 2)
        self._held: set[str] = set()
        self._taken: set[str] = set()
        self._decided = self._closed = False
        self._unasked = False
        self._at: dict[str, int] = {}
        self._committed: dict[str, int] = {}
        self._reasons = Reasons()
        settings = {
            "group.id": group,
            # What kafka-python prefers too: both may be members of one group.
            "partition.assignment.strategy": "range,roundrobin",
            "session.timeout.ms": int(session_timeout * 1000),
            "heartbeat.interval.ms": int(session_timeout * 1000 / 4),
        }
        self._consumer = consumer(connection, self._reasons.note, **settings)
        with translated(connection):
            self._consumer.subscribe(
                [topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
            )

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Follower.poll. Raises UnreachableError where nobody answers for `timeout` seconds."""
        began = time.monotonic()
        messages = fetched(self._consumer, self._connection, timeout, min(limit, _AT_ONCE))
        self._unasked |= bool(messages)
        found = sorted_out(messages, self._connection)
        chunks = [
            self._chunk(name, run)
            for name, run in found.items()
            if name in self._at and run.end > self._at[name]
        ]
        if self._silence.lasts(began, bool(chunks)):
            self._ask()
        return chunks

    def ask(self) -> None:
        """See Follower.ask."""
        if self._unasked:
            self._identity.ask()
            self._unasked = False

    def confirm(self) -> None:
        """See Follower.confirm."""
        self.ask()
        self._unasked = True  # until there is an answer, and it is yes
        self._identity.confirm()
        self._unasked = False

    def taken(self) -> set[str]:
        """See Follower.taken."""
        taken, self._taken = self._taken, set()
        return taken

    def held(self) -> set[str]:
        """See Follower.held."""
        return set(self._held)

    def decided(self) -> bool:
        """See Follower.decided."""
        return self._decided

    def ends(self) -> dict[str, int]:
        """See Follower.ends; before a partition is sought, nothing is heard of it."""
        heard = {}
        for name in self._at:
            _, end = self._consumer.get_watermark_offsets(place(name), cached=True)
            if end >= 0:
                heard[name] = end
        return heard

    def seek(self, starts: Mapping[str, int]) -> None:
        """See Follower.seek."""
        ours = {name: start for name, start in starts.items() if name in self._held}
        if ours:
            self._at |= ours
            self._flow(self._at)

    def rest(self, timeout: float) -> None:
        """See Follower.rest."""
        self._flow({})
        try:
            sorted_out(fetched(self._consumer, self._connection, timeout, 1), self._connection)
        finally:
            self._flow(self._at)

    def commit(self, positions: Mapping[str, int]) -> None:
        """See Follower.commit."""
        fresh = {
            name: at
            for name, at in positions.items()
            if name in self._held and self._committed.get(name) != at
        }
        if fresh:
            self._committed |= fresh
            self._tell(fresh)

    def close(self) -> None:
        """See Follower.close; leaving waits for the last commit.

        The driver would look for a coordinator to commit to until it found one
        (confluentinc/librdkafka#3740). So the coordinator is asked first; where it
        does not answer, the consumer is let go of without leaving: that ends its
        threads within the session time-out, after which the group gives its
        partitions away.
        """
        if self._closed:
            return
        self._closed = True
        if not self._coordinated():
            del self._consumer
            return
        # A group that cannot be told is no failure: the store knows how far we are.
        with suppress(AnalyticsError):
            if self._committed:
                self._tell(self._committed)
        self._consumer.close()

    def _coordinated(self) -> bool:
        """Whether the group's coordinator answers."""
        try:
            self._consumer.committed([place(f"{self._topic}/0")], self._connection.timeout / 2)
        except KafkaException:
            return False
        return True

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Hold back what is given; what was committed before may be overtaken since."""
        consumer.assign([])
        self._held = {f"{each.topic}/{each.partition}" for each in partitions}
        self._taken = set(self._held)
        self._decided = True
        self._at, self._committed = {}, {}

    def _revoked(self, consumer: Consumer, _: list[TopicPartition]) -> None:
        """Everything is given back; with these strategies a rebalance begins so."""
        consumer.unassign()
        self._held, self._taken = set(), set()
        self._decided = False
        self._at, self._committed = {}, {}

    def _flow(self, positions: Mapping[str, int]) -> None:
        """Let these partitions be fetched from here on, and no others."""
        with translated(self._connection):
            self._consumer.assign([place(name, at) for name, at in positions.items()])

    def _tell(self, positions: Mapping[str, int]) -> None:
        offsets = [place(name, at) for name, at in positions.items()]
        with translated(self._connection):
            self._consumer.commit(offsets=offsets, asynchronous=True)

    def _ask(self) -> None:
        """Tell a topic on which nothing happens from a broker, or a topic, that is gone."""
        try:
            with translated(self._connection):
                self._consumer.get_watermark_offsets(
                    place(f"{self._topic}/0"), self._connection.timeout / 2, cached=False
                )
        except UnreachableError as error:
            described(replace(self._connection, timeout=_ASK_SECONDS), [self._topic])
            error.cause = self._reasons.last or error.cause
            raise
        self._silence.end()

    def _chunk(self, name: str, run: Run) -> Chunk:
        start, self._at[name] = self._at[name], run.end
        return Chunk(name, start, run.end, run.records, run.topic)
