"""A Kafka cluster whose records come by librdkafka."""

from __future__ import annotations

from collections.abc import Mapping

from ..kafka.log import KafkaSource
from ..kafka.topics import described
from ..port import Follower, Reader, Span
from ..spans import filled_within
from .follower import ConfluentFollower
from .reader import ConfluentReader


class ConfluentSource(KafkaSource):
    """Implements LiveSource."""

    def read(self, spans: Mapping[str, Span]) -> Reader:
        """See Source.read."""
        return ConfluentReader(self._connection, filled_within(spans, self.bounds))

    def follow(self, topic: str, group: str) -> Follower:
        """See LiveSource.follow. Raises NotThereError for a topic that does not exist."""
        found = described(self._connection, [topic])[topic]
        return ConfluentFollower(
            self._connection,
            topic,
            group,
            topic_id=found.id,
            session_timeout=self._session_timeout,
        )
