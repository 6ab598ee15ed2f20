"""A Kafka cluster as a source: bounds, times, and spans by assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kafka import TopicPartition

from ...settings import Security
from ..port import Follower, Reader, Span
from ..spans import filled_within
from .client import consumer, name_of, partition_of, quiet, translated
from .connection import Connection
from .follower import KafkaFollower
from .headers import tolerate_any_name
from .reader import KafkaReader
from .topics import check, described


class KafkaSource:
    """Implements LiveSource."""

    def __init__(
        self,
        servers: str,
        *,
        timeout: float = 10.0,
        session_timeout: float = 15.0,
        security: Security | None = None,
    ) -> None:
        """`servers` as HOST:PORT[,HOST:PORT…]; `timeout` in seconds bounds every verb.

        After `session_timeout` seconds of silence a group gives a member's partitions away.
        Raises UnreachableError where no broker answers, AuthenticationError where one
        refuses the login, UsageError where a certificate cannot be used.
        """
        quiet()
        tolerate_any_name()
        self._connection = Connection(servers, timeout, security or Security())
        self._session_timeout = session_timeout
        self._asking = consumer(self._connection)

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """See Source.partitions. Raises NotThereError for a topic that does not exist."""
        wanted = list(topics)
        known = described(self._connection, wanted)
        return [f"{topic}/{number}" for topic in wanted for number in known[topic].partitions]

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        wanted = self._existing(partitions)
        with translated(self._connection):
            first = self._asking.beginning_offsets(wanted, self._connection.milliseconds)
            end = self._asking.end_offsets(wanted, self._connection.milliseconds)
        return {name_of(each): (first[each], end[each]) for each in wanted}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """See Source.offsets_at."""
        wanted = self._existing(partitions)
        with translated(self._connection):
            found = self._asking.offsets_for_times(
                {each: max(0, milliseconds) for each in wanted}, self._connection.milliseconds
            )
            end = self._asking.end_offsets(wanted, self._connection.milliseconds)
        return {
            name_of(each): end[each] if found.get(each) is None else found[each].offset
            for each in wanted
        }

    def topic_ids(self, partitions: Iterable[str]) -> dict[str, str]:
        """See Source.topic_ids; known from Kafka 2.8 on (KIP-516)."""
        wanted = [partition_of(each) for each in partitions]
        known = described(self._connection, {each.topic for each in wanted})
        ids = {topic: found.id for topic, found in known.items() if found.id}
        return {name_of(each): ids[each.topic] for each in wanted if each.topic in ids}

    def read(self, spans: Mapping[str, Span]) -> Reader:
        """See Source.read."""
        wanted = filled_within(spans, self.bounds)
        return KafkaReader(self._connection, wanted)

    def follow(self, topic: str, group: str) -> Follower:
        """See LiveSource.follow. Raises NotThereError for a topic that does not exist."""
        described(self._connection, [topic])
        return KafkaFollower(self._connection, topic, group, session_timeout=self._session_timeout)

    def close(self) -> None:
        """See Source.close."""
        self._asking.close()

    def _existing(self, partitions: Iterable[str]) -> list[TopicPartition]:
        wanted = [partition_of(each) for each in partitions]
        check(self._connection, wanted)
        return wanted
