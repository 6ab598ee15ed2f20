"""A Kafka cluster as a source: bounds, times, and spans by assignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from kafka import TopicPartition

from ...errors import UnreachableError
from ...settings import Security
from ..port import Follower, Reader, Span
from ..spans import filled_within
from .client import consumer, name_of, partition_of, quiet, translated
from .configs import setting
from .connection import Connection
from .follower import KafkaFollower
from .groups import members
from .moments import FETCH_BYTES, first_timestamps
from .reader import KafkaReader
from .topics import check, described

_POLICY = "cleanup.policy"


class KafkaSource:
    """Implements LiveSource."""

    def __init__(
        self,
        servers: str,
        *,
        timeout: float = 10.0,
        session_timeout: float = 15.0,
        security: Security | None = None,
        topic_flags: Mapping[str, str] | None = None,
    ) -> None:
        """`servers` as HOST:PORT[,HOST:PORT…]; `timeout` in seconds bounds every verb.

        `topic_flags`: the flag that names a topic, for errors.

        After `session_timeout` seconds of silence a group gives a member's partitions away.
        Raises UnreachableError where no broker answers, AuthenticationError where one
        refuses the login, UsageError where a certificate cannot be used.
        """
        quiet()
        self._connection = Connection(servers, timeout, security or Security(), topic_flags or {})
        self._session_timeout = session_timeout
        self._asking = consumer(self._connection, max_partition_fetch_bytes=FETCH_BYTES)

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """See Source.partitions. Raises NotThereError for a topic that does not exist."""
        wanted = list(topics)
        known = described(self._connection, wanted)
        return [f"{topic}/{number}" for topic in wanted for number in known[topic].partitions]

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        wanted = self._existing(partitions)
        with self._asked():
            first = self._asking.beginning_offsets(wanted, self._connection.milliseconds)
            end = self._asking.end_offsets(wanted, self._connection.milliseconds)
        return {name_of(each): (first[each], end[each]) for each in wanted}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """See Source.offsets_at."""
        wanted = self._existing(partitions)
        with self._asked():
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

    def compacted(self, partitions: Iterable[str]) -> set[str]:
        """See Source.compacted; known where we may describe the topic's configuration."""
        wanted = [partition_of(each) for each in partitions]
        policies = setting(self._connection, {each.topic for each in wanted}, _POLICY)
        return {name_of(each) for each in wanted if "compact" in policies.get(each.topic, "")}

    def read(self, spans: Mapping[str, Span]) -> Reader:
        """See Source.read."""
        wanted = filled_within(spans, self.bounds)
        return KafkaReader(self._connection, wanted)

    def first_timestamps(self, spans: Mapping[str, Span]) -> dict[str, int]:
        """See LiveSource.first_timestamps."""
        wanted = {partition_of(name): span for name, span in spans.items()}
        with translated(self._connection):
            found = first_timestamps(self._asking, wanted, self._connection.timeout)
        return {name_of(each): stamp for each, stamp in found.items()}

    def committed(self, group: str, partitions: Iterable[str]) -> dict[str, int]:
        """Partition → what the group has committed there; left out where nothing was.

        The group is looked at, not joined.
        """
        looking = consumer(self._connection, group_id=group)
        try:
            with translated(self._connection):
                wanted = {each: partition_of(each) for each in partitions}
                found = {name: looking.committed(each) for name, each in wanted.items()}
        finally:
            looking.close(autocommit=False)
        return {name: offset for name, offset in found.items() if offset is not None}

    def follow(self, topic: str, group: str) -> Follower:
        """See LiveSource.follow. Raises NotThereError for a topic that does not exist."""
        described(self._connection, [topic])
        return KafkaFollower(self._connection, topic, group, session_timeout=self._session_timeout)

    def members(self, groups: Iterable[str]) -> dict[str, int]:
        """See LiveSource.members."""
        return members(self._connection, groups)

    def close(self) -> None:
        """See Source.close."""
        self._asking.close()

    def _existing(self, partitions: Iterable[str]) -> list[TopicPartition]:
        wanted = [partition_of(each) for each in partitions]
        check(self._connection, wanted)
        with self._asked():
            known = {each: self._asking.partitions_for_topic(each.topic) or () for each in wanted}
            if any(each.partition not in known[each] for each in wanted):
                self._asking.topics()  # partitions may be newer than what the driver remembers
        return wanted

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """As `translated`; the driver raises KeyError for a partition that it has not heard of."""
        try:
            with translated(self._connection):
                yield
        except KeyError as unknown:
            raise UnreachableError(
                f"Kafka at {self._connection.servers} does not know {unknown.args[0]} yet",
                cause="it was added a moment ago",
                advice="type the command again",
            ) from unknown
