"""A Kafka cluster as a source: bounds, times, and spans by assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from kafka import KafkaAdminClient, TopicPartition

from ...errors import NotThereError
from ..port import Span
from .client import consumer, name_of, partition_of, quiet, translated
from .follower import KafkaFollower
from .reader import KafkaReader


class KafkaSource:
    """Implements LiveSource; connects when first asked something."""

    def __init__(
        self, servers: str, *, timeout: float = 10.0, session_timeout: float = 15.0
    ) -> None:
        """`servers` as HOST:PORT[,HOST:PORT…]; `timeout` in seconds bounds every verb.

        After `session_timeout` seconds of silence a group gives a member's partitions away.
        """
        quiet()
        self._servers = servers
        self._timeout = timeout
        self._session_timeout = session_timeout
        self._asking = consumer(servers, timeout)

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """See Source.partitions. Raises NotThereError for a topic that does not exist."""
        return [name_of(each) for topic in topics for each in self._partitions(topic)]

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        wanted = [partition_of(each) for each in partitions]
        with translated(self._servers):
            first = self._asking.beginning_offsets(wanted, self._milliseconds)
            end = self._asking.end_offsets(wanted, self._milliseconds)
        return {name_of(each): (first[each], end[each]) for each in wanted}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """See Source.offsets_at."""
        wanted = [partition_of(each) for each in partitions]
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
        with translated(self._servers):
            admin = KafkaAdminClient(
                bootstrap_servers=self._servers.split(","),
                bootstrap_timeout_ms=self._milliseconds,
            )
            try:
                described = admin.describe_topics(sorted({each.topic for each in wanted}))
            finally:
                admin.close()
        ids = {each["name"]: each.get("topic_id") for each in described}
        return {name_of(each): str(ids[each.topic]) for each in wanted if ids.get(each.topic)}

    def read(self, spans: Mapping[str, Span]) -> KafkaReader:
        """See Source.read."""
        return KafkaReader(self._servers, self._timeout, spans)

    def follow(self, topic: str, group: str) -> KafkaFollower:
        """See LiveSource.follow."""
        return KafkaFollower(
            self._servers, self._timeout, topic, group, session_timeout=self._session_timeout
        )

    def close(self) -> None:
        """See Source.close."""
        self._asking.close()

    @property
    def _milliseconds(self) -> int:
        return int(self._timeout * 1000)

    def _partitions(self, topic: str) -> list[TopicPartition]:
        with translated(self._servers):
            numbers = self._asking.partitions_for_topic(topic)
            if numbers:
                return [TopicPartition(topic, each) for each in sorted(numbers)]
            like = get_close_matches(topic, self._asking.topics(), 1)
        raise NotThereError(
            f"Kafka at {self._servers} has no topic {topic}",
            cause=f"perhaps {like[0]} is meant" if like else "nothing was ever produced to it",
            advice="set --user-topic or --order-topic, or create the topic",
        )
