"""How every Kafka connection is made, and its errors in terms of the product's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition, errors

from ...errors import (
    AnalyticsError,
    AuthenticationError,
    ConflictError,
    NotThereError,
    UnreachableError,
)
from ..rights import READ_GROUPS, READ_TOPICS, denied
from .batches import read_by_batch
from .connection import Connection
from .receiving import receive_in_blocks
from .refusals import Network, refusal

_METADATA_SECONDS = 30


def consumer(connection: Connection, **more: Any) -> KafkaConsumer:
    """A connected consumer that decides nothing by itself.

    No automatic commit, no automatic reset (either loses events), no automatic
    topic creation, committed records only, no deserializers (an exception in one
    makes every later poll fail). Raises UnreachableError where nobody answers in time.
    """
    read_by_batch()
    return connected(
        KafkaConsumer,
        connection,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        isolation_level="read_committed",
        metadata_max_age_ms=_METADATA_SECONDS * 1000,
        reconnect_backoff_max_ms=int(min(2.0, connection.timeout / 4) * 1000),
        metrics_enabled=False,
        **more,
    )


@contextmanager
def admin(connection: Connection) -> Iterator[KafkaAdminClient]:
    """A connected client for questions about the cluster, its timeout for each answer."""
    client = connected(KafkaAdminClient, connection, request_timeout_ms=connection.milliseconds)
    try:
        with translated(connection):
            yield client
    finally:
        client.close()


def quiet() -> None:
    """Keep the driver's own log lines off the terminal: what matters is said by us."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def name_of(partition: TopicPartition) -> str:
    """A partition's name, `TOPIC/NUMBER`."""
    return f"{partition.topic}/{partition.partition}"


def partition_of(name: str) -> TopicPartition:
    """The partition of a name; raises NotThereError for what is none."""
    topic, _, number = name.rpartition("/")
    if not topic or not number.isdecimal():
        raise NotThereError(f"{name} is no partition of Kafka")
    return TopicPartition(topic, int(number))


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Raise the product's error for whatever kafka-python raises inside."""
    try:
        yield
    except errors.KafkaError as error:
        raise _translation(error, connection.servers) from error


def connected(kind: type[Any], connection: Connection, **settings: Any) -> Any:
    """A client that has found a broker; where there is none, nothing of it stays behind.

    The driver leaves a thread and its sockets running when its constructor fails,
    and who waits for a broker to come back constructs often.
    """
    made: list[Network] = []

    def network(**configs: Any) -> Network:
        made.append(Network(**configs))
        return made[-1]

    receive_in_blocks()
    arguments = connection.arguments()
    try:
        with translated(connection):
            return kind(kafka_client=network, **arguments, **settings)
    except BaseException as error:
        for each in made:
            each.close()
        known = refusal(made[0], connection.security) if made else None
        if known is not None and isinstance(error, AnalyticsError):
            raise known from error
        raise


_RIGHTS: Final = {
    errors.TopicAuthorizationFailedError: READ_TOPICS,
    errors.GroupAuthorizationFailedError: READ_GROUPS,
}


def _translation(error: errors.KafkaError, servers: str) -> AnalyticsError:
    if type(error) in _RIGHTS:
        return denied(servers, _RIGHTS[type(error)])
    if isinstance(error, errors.AuthorizationError | errors.SaslAuthenticationFailedError):
        return AuthenticationError(
            f"Kafka at {servers} refused us: {type(error).__name__}",
            cause="wrong user or password, or no right to read the topic or join the group",
            advice="check the login, and the rights that docs/security.md lists",
        )
    if isinstance(error, errors.LogTruncationError):
        return ConflictError(
            f"Kafka at {servers} has lost records that were read before: {error}",
            cause="an unclean leader election: the log goes on otherwise than was read (KIP-320)",
            advice="sc-analytics backfill the dates since then, or --accept-new-topic",
        )
    if isinstance(error, errors.OffsetOutOfRangeError | errors.NoOffsetForPartitionError):
        return NotThereError(
            f"Kafka no longer holds an offset that was to be read: {error}",
            cause="retention deleted it while it was being read, or the topic was made anew",
            advice="sc-analytics replay --from-offset earliest --dry-run",
        )
    if isinstance(error, errors.UnsupportedCodecError | errors.CorruptRecordError):
        return AnalyticsError(
            f"a record batch cannot be unpacked: {type(error).__name__}: {error}",
            cause="an unknown compression, or damage on the broker's disk",
        )
    return UnreachableError(
        f"Kafka at {servers} does not answer ({type(error).__name__})",
        cause="no broker runs there, or the network does not let us through",
        advice="check --bootstrap-servers, then type the command again",
    )
