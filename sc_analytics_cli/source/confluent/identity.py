"""Whether the name of a topic still means the topic that it meant before."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from concurrent.futures import Future
from typing import Any
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from ...errors import NotThereError
from ..kafka.connection import Connection
from .client import admin, translated

_GONE = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.UNKNOWN_TOPIC_ID)


class Identity:
    """Asks the cluster what it calls a topic, while the caller does something else.

    A topic that is deleted and created again is another log; librdkafka goes on with
    it where it was in the old one, and says nothing. Records that were fetched before
    the question was asked are of the topic that the answer names, or of an older one.
    """

    def __init__(self, connection: Connection, topic: str, topic_id: str | None) -> None:
        """`topic_id` as the cluster has named it; None, before Kafka 2.8: nothing is checked."""
        self._connection = connection
        self._topic = topic
        self._topic_id = topic_id
        self._asking: AdminClient | None = None if topic_id is None else admin(connection)
        self._answer: Future[Any] | None = None

    def ask(self) -> None:
        """Put the question."""
        if self._asking is not None:
            wanted = TopicCollection([self._topic])
            found = self._asking.describe_topics(wanted, request_timeout=self._connection.timeout)
            self._answer = found[self._topic]

    def confirm(self) -> None:
        """Wait for the answer, if there is a question.

        Raises NotThereError where it is another topic, or none.
        """
        if self._answer is None:
            return
        answer, self._answer = self._answer, None
        with translated(self._connection):
            found = self._found(answer)
        if found != self._topic_id:
            raise NotThereError(f"{self._topic} was deleted and created again while it was read")

    def _found(self, answer: Future[Any]) -> str:
        """The topic's id as kafka-python writes it."""
        try:
            written = str(answer.result().topic_id)
        except KafkaException as error:
            if error.args[0].code() in _GONE:
                raise NotThereError(f"{self._topic} was deleted while it was read") from error
            raise
        return str(UUID(bytes=urlsafe_b64decode(written + "==")))
