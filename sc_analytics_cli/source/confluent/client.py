"""How a consumer of librdkafka is made, and its errors in terms of the product's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from ...errors import AnalyticsError, AuthenticationError, NotThereError, UnreachableError
from ...settings import Security
from ..kafka.client import partition_of
from ..kafka.connection import Connection
from ..rights import READ_GROUPS, READ_TOPICS, denied

_METADATA_SECONDS = 30
_QUEUE_KILOBYTES = 4 * 1024
_FETCH_BYTES = 1024 * 1024
_FETCH_AT_LEAST = 32 * 1024
_FETCH_MILLISECONDS = 50
"""So long a fetch waits for so many bytes: small batches would cost one each."""

_RIGHTS: Final = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED: READ_TOPICS,
    KafkaError.GROUP_AUTHORIZATION_FAILED: READ_GROUPS,
}
_REFUSED: Final = frozenset(
    {KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError._AUTHENTICATION, *_RIGHTS}
)
_GONE: Final = frozenset(
    {
        KafkaError._AUTO_OFFSET_RESET,
        KafkaError._LOG_TRUNCATION,
        KafkaError.OFFSET_OUT_OF_RANGE,
        KafkaError._NO_OFFSET,
    }
)
_BROKEN: Final = frozenset(
    {KafkaError._BAD_MSG, KafkaError._BAD_COMPRESSION, KafkaError._NOT_IMPLEMENTED}
)


def consumer(connection: Connection, failed: Callable[[KafkaError], None], **more: Any) -> Consumer:
    """A consumer that decides nothing by itself, as that of kafka-python; it connects later.

    No automatic commit, no automatic reset, no automatic topic creation, committed
    records only. It tells where a partition ends (`enable.partition.eof`): its
    positions are those of records, and would stay before transaction markers. The
    short queue is filled again at once, so that it costs neither memory nor time.
    `failed` is told what goes wrong on the way to brokers, while it is polled.
    """
    settings = _arguments(connection) | {
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "allow.auto.create.topics": False,
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "check.crcs": True,
        "topic.metadata.refresh.interval.ms": _METADATA_SECONDS * 1000,
        "reconnect.backoff.max.ms": int(min(2.0, connection.timeout / 4) * 1000),
        "queued.max.messages.kbytes": _QUEUE_KILOBYTES,
        "fetch.queue.backoff.ms": 5,
        "fetch.wait.max.ms": _FETCH_MILLISECONDS,
        "fetch.min.bytes": _FETCH_AT_LEAST,
        "max.partition.fetch.bytes": _FETCH_BYTES,
        "fetch.max.bytes": _QUEUE_KILOBYTES * 1024,
        "error_cb": failed,
    }
    with translated(connection):
        return Consumer(settings | more, logger=_silent())


def admin(connection: Connection) -> AdminClient:
    """A client for questions about the cluster; it connects later."""
    with translated(connection):
        return AdminClient(_arguments(connection), logger=_silent())


def place(name: str, offset: int = 0) -> TopicPartition:
    """An offset of a partition, as this driver calls it; raises NotThereError as `partition_of`."""
    topic, number = partition_of(name)
    return TopicPartition(topic, number, offset)


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Raise the product's error for whatever confluent-kafka raises inside."""
    try:
        yield
    except KafkaException as error:
        raise translation(error.args[0], connection.servers) from error


def translation(error: KafkaError, servers: str) -> AnalyticsError:
    """The error as one of ours; what is nothing else means that no broker answers."""
    code = error.code()
    if code in _RIGHTS:
        return denied(servers, _RIGHTS[code])
    if code in _REFUSED:
        return AuthenticationError(
            f"Kafka at {servers} refused us: {error.name()}",
            cause="wrong user or password",
            advice="check the login; sc-analytics config show tells which counts",
        )
    if code in _GONE:
        return NotThereError(
            f"Kafka no longer holds an offset that was to be read: {error.str()}",
            cause="retention deleted it while it was being read, or the topic was made anew",
            advice="sc-analytics replay --from-offset earliest --dry-run",
        )
    if code in _BROKEN:
        return AnalyticsError(
            f"a record batch cannot be unpacked: {error.str()}",
            cause="an unknown compression, or damage on the broker's disk",
        )
    return UnreachableError(
        f"Kafka at {servers} does not answer ({error.name()})",
        cause="no broker runs there, or the network does not let us through",
        advice="check --bootstrap-servers, then type the command again",
    )


def final(error: KafkaError) -> bool:
    """Whether polling on would not help; whatever else is wrong, librdkafka tries again."""
    return error.code() in _REFUSED | _GONE | _BROKEN or error.fatal()


def _arguments(connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = {
        "bootstrap.servers": connection.servers.replace(" ", ""),
        "client.id": "sc-analytics",
        "security.protocol": connection.security.security_protocol,
    }
    if connection.security.logs_in:
        found |= {
            "sasl.mechanism": connection.security.sasl_mechanism,
            "sasl.username": connection.security.sasl_username,
            "sasl.password": connection.security.sasl_password,
        }
    return found | (_tls(connection.security) if connection.security.encrypted else {})


def _tls(security: Security) -> dict[str, Any]:
    """As source/kafka/connection.py has it; that has found the files to be usable before."""
    names = {
        "ssl.ca.location": security.ssl_cafile,
        "ssl.certificate.location": security.ssl_certfile,
        "ssl.key.location": security.ssl_keyfile or security.ssl_certfile,
        "ssl.key.password": security.ssl_key_password,
    }
    algorithm = "https" if security.ssl_check_hostname else "none"
    return {name: value for name, value in names.items() if value} | {
        "ssl.endpoint.identification.algorithm": algorithm
    }


def _silent() -> logging.Logger:
    """Where the driver's own log lines go: nowhere, instead of to the terminal."""
    logger = logging.getLogger("confluent_kafka")
    logger.disabled = True
    return logger
