"""How every Kafka connection is made, and its errors in terms of the product's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition, errors

from ...errors import (
    AnalyticsError,
    AuthenticationError,
    NotThereError,
    UnreachableError,
)

_METADATA_SECONDS = 30


def consumer(servers: str, timeout: float, **more: Any) -> KafkaConsumer:
    """A connected consumer that decides nothing by itself.

    No automatic commit, no automatic reset (either loses events), no automatic
    topic creation, committed records only, no deserializers (an exception in one
    makes every later poll fail). Raises UnreachableError after `timeout` seconds.
    """
    with translated(servers):
        return KafkaConsumer(
            bootstrap_servers=[each.strip() for each in servers.split(",")],
            client_id="sc-analytics",
            enable_auto_commit=False,
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            isolation_level="read_committed",
            metadata_max_age_ms=_METADATA_SECONDS * 1000,
            bootstrap_timeout_ms=int(timeout * 1000),
            reconnect_backoff_max_ms=2000,
            metrics_enabled=False,
            **more,
        )


def quiet() -> None:
    """Keep the driver's own log lines off the terminal: what matters is said by us."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def name_of(partition: TopicPartition) -> str:
    """A partition's name, `TOPIC/NUMBER`."""
    return f"{partition.topic}/{partition.partition}"


def partition_of(name: str) -> TopicPartition:
    """The partition of a name."""
    topic, _, number = name.rpartition("/")
    return TopicPartition(topic, int(number))


@contextmanager
def translated(servers: str) -> Iterator[None]:
    """Raise the product's error for whatever kafka-python raises inside."""
    try:
        yield
    except errors.KafkaError as error:
        raise _translation(error, servers) from error


def _translation(error: errors.KafkaError, servers: str) -> AnalyticsError:
    if isinstance(error, errors.AuthorizationError | errors.SaslAuthenticationFailedError):
        return AuthenticationError(
            f"Kafka at {servers} refused us: {type(error).__name__}",
            cause="wrong user or password, or no right to read the topic or join the group",
            advice="check the credentials and the access rules of the consumer group",
        )
    if isinstance(error, errors.OffsetOutOfRangeError | errors.NoOffsetForPartitionError):
        return NotThereError(
            f"Kafka no longer holds an offset that was to be read: {error}",
            cause="retention has deleted it while it was being read",
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
