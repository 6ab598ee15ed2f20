"""Records into Kafka: for made-up traffic alone, the product itself never produces."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

from ...errors import NotThereError, UnreachableError
from ...event import Coordinate
from ...settings import Security
from .client import admin, connected, name_of, quiet, translated
from .configs import setting
from .connection import Connection
from .topics import described

MARK = ("made-up", b"sc-analytics demo")
"""The header that every record of such traffic carries."""


_RETENTION = "retention.ms"


class KafkaOutlet:
    """Implements Outlet; idempotent, so that a retry neither doubles nor reorders records."""

    def __init__(
        self, servers: str, *, timeout: float = 10.0, security: Security | None = None
    ) -> None:
        """Raises UnreachableError where no broker answers within `timeout` seconds."""
        quiet()
        self._connection = Connection(servers, timeout, security or Security())
        self._servers = servers
        self._timeout = timeout
        self._failed: list[BaseException] = []
        self._last: Any = None
        self._producer: Any = connected(
            KafkaProducer,
            self._connection,
            acks="all",
            enable_idempotence=True,
            linger_ms=50,
            compression_type="gzip",
            delivery_timeout_ms=int(timeout * 3000),
            request_timeout_ms=int(timeout * 1000),
            max_block_ms=int(timeout * 1000),
            metrics_enabled=False,
        )

    def create_missing(
        self, topics: Iterable[str], partitions: int, keeps: float | None = None
    ) -> list[str]:
        """Create the topics that there are not, with the broker's own replication; their names.

        They keep records for `keeps` seconds, or for as long as the broker does by itself.
        """
        configs = {} if keeps is None else {_RETENTION: str(int(keeps * 1000))}
        created = []
        for topic in topics:
            try:
                described(self._connection, [topic])
            except NotThereError:
                with (
                    suppress(TopicAlreadyExistsError),
                    admin(self._connection) as client,
                ):
                    client.create_topics([NewTopic(topic, partitions, -1, topic_configs=configs)])
                    created.append(topic)
        return created

    def keeps(self, topic: str) -> float | None:
        """For how many seconds a topic keeps records; None where it is for ever, or not told."""
        milliseconds = int(setting(self._connection, [topic], _RETENTION).get(topic, -1))
        return None if milliseconds < 0 else milliseconds / 1000

    def send(self, topic: str, key: str, value: bytes, milliseconds: int) -> None:
        """See Outlet.send."""
        self._check()
        with translated(self._connection):
            self._last = self._producer.send(
                topic,
                value=value,
                key=key.encode(),
                timestamp_ms=milliseconds,
                headers=[MARK],
            )
            self._last.add_errback(self._failed.append)

    def flush(self) -> None:
        """See Outlet.flush."""
        with translated(self._connection):
            self._producer.flush(timeout=self._timeout * 3)
        self._check()

    @property
    def last(self) -> Coordinate | None:
        """Where the record that was sent last is; None before `flush`, or where none was."""
        if self._last is None or not self._last.succeeded():
            return None
        sent = self._last.value
        return Coordinate(name_of(sent.topic_partition), sent.offset)

    def close(self) -> None:
        """Let go of the connections; what is not acknowledged by now is lost."""
        self._producer.close(timeout=self._timeout / 2)

    def _check(self) -> None:
        if self._failed:
            raise UnreachableError(
                f"Kafka at {self._servers} did not take a record "
                f"({type(self._failed[0]).__name__})",
                cause="it went away, or the topic is not there or refuses us",
                advice="check --bootstrap-servers, then type the command again",
            )
