"""A Kafka cluster as a source: bounds, times, and spans by assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kafka import TopicPartition

from ..port import Span
from ..spans import filled_within
from .client import consumer, name_of, partition_of, quiet, translated
from .follower import KafkaFollower
from .headers import tolerate_any_name
from .moments import FETCH_BYTES, first_timestamps
from .reader import KafkaReader
from .topics import check, described


class KafkaSource:
    """Implements LiveSource."""

    def __init__(
        self, servers: str, *, timeout: float = 10.0, session_timeout: float = 15.0
    ) -> None:
        """`servers` as HOST:PORT[,HOST:PORT…]; `timeout` in seconds bounds every verb.

        After `session_timeout` seconds of silence a group gives a member's partitions away.
        Raises UnreachableError where no broker answers.
        """
        quiet()
        tolerate_any_name()
        self._servers = servers
        self._timeout = timeout
        self._session_timeout = session_timeout
        self._asking = consumer(servers, timeout, max_partition_fetch_bytes=FETCH_BYTES)

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """See Source.partitions. Raises NotThereError for a topic that does not exist."""
        wanted = list(topics)
        known = described(self._servers, self._timeout, wanted)
        return [f"{topic}/{number}" for topic in wanted for number in known[topic].partitions]

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        wanted = self._existing(partitions)
        with translated(self._servers):
            first = self._asking.beginning_offsets(wanted, self._milliseconds)
            end = self._asking.end_offsets(wanted, self._milliseconds)
        return {name_of(each): (first[each], end[each]) for each in wanted}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """See Source.offsets_at."""
        wanted = self._existing(partitions)
        with translated(self._servers):
            found = self._asking.offsets_for_times(
                {each: max(0, milliseconds) for each in wanted}, self._milliseconds
            )
            end = self._asking.end_offsets(wanted, self._milliseconds)
        return {
            name_of(each): end[each] if found.get(each) is None else found[each].offset
            for each in wanted
        }

    def topic_ids(self, partitions: Iterable[str]) -> dict[str, str]:
        """See Source.topic_ids; known from Kafka 2.8 on (KIP-516)."""
        wanted = [partition_of(each) for each in partitions]
        known = described(self._servers, self._timeout, {each.topic for each in wanted})
        ids = {topic: found.id for topic, found in known.items() if found.id}
        return {name_of(each): ids[each.topic] for each in wanted if each.topic in ids}

    def read(self, spans: Mapping[str, Span]) -> KafkaReader:
        """See Source.read."""
        wanted = filled_within(spans, self.bounds)
        return KafkaReader(self._servers, self._timeout, wanted)

    def first_timestamps(self, spans: Mapping[str, Span]) -> dict[str, int]:
        """See LiveSource.first_timestamps."""
        wanted = {partition_of(name): span for name, span in spans.items()}
        with translated(self._servers):
            found = first_timestamps(self._asking, wanted, self._timeout)
        return {name_of(each): stamp for each, stamp in found.items()}

    def committed(self, group: str, partitions: Iterable[str]) -> dict[str, int]:
        """Partition → what the group has committed there; left out where nothing was.

        The group is looked at, not joined.
        """
        looking = consumer(self._servers, self._timeout, group_id=group)
        try:
            with translated(self._servers):
                wanted = {each: partition_of(each) for each in partitions}
                found = {name: looking.committed(each) for name, each in wanted.items()}
        finally:
            looking.close(autocommit=False)
        return {name: offset for name, offset in found.items() if offset is not None}

    def follow(self, topic: str, group: str) -> KafkaFollower:
        """See LiveSource.follow. Raises NotThereError for a topic that does not exist."""
        described(self._servers, self._timeout, [topic])
        return KafkaFollower(
            self._servers, self._timeout, topic, group, session_timeout=self._session_timeout
        )

    def close(self) -> None:
        """See Source.close."""
        self._asking.close()

    @property
    def _milliseconds(self) -> int:
        return int(self._timeout * 1000)

    def _existing(self, partitions: Iterable[str]) -> list[TopicPartition]:
        wanted = [partition_of(each) for each in partitions]
        check(self._servers, self._timeout, wanted)
        return wanted
