"""How every Kafka connection is made, and its errors in terms of the product's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition, errors
from kafka.cluster import collect_hosts

from ...errors import (
    AnalyticsError,
    AuthenticationError,
    NotThereError,
    UnreachableError,
    UsageError,
)

_METADATA_SECONDS = 30


def consumer(servers: str, timeout: float, **more: Any) -> KafkaConsumer:
    """A connected consumer that decides nothing by itself.

    No automatic commit, no automatic reset (either loses events), no automatic
    topic creation, committed records only, no deserializers (an exception in one
    makes every later poll fail). Raises UnreachableError after `timeout` seconds.
    """
    return connected(
        KafkaConsumer,
        servers,
        timeout,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        isolation_level="read_committed",
        metadata_max_age_ms=_METADATA_SECONDS * 1000,
        reconnect_backoff_max_ms=int(min(2.0, timeout / 4) * 1000),
        metrics_enabled=False,
        **more,
    )


@contextmanager
def admin(servers: str, timeout: float) -> Iterator[KafkaAdminClient]:
    """A connected client for questions about the cluster; no answer takes longer than `timeout`."""
    client = connected(KafkaAdminClient, servers, timeout, request_timeout_ms=int(timeout * 1000))
    try:
        with translated(servers):
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
def translated(servers: str) -> Iterator[None]:
    """Raise the product's error for whatever kafka-python raises inside."""
    try:
        yield
    except errors.KafkaError as error:
        raise _translation(error, servers) from error


def connected(kind: type[Any], servers: str, timeout: float, **settings: Any) -> Any:
    """A client that has found a broker; where there is none, nothing of it stays behind.

    The driver leaves a thread and its sockets running when its constructor fails,
    and who waits for a broker to come back constructs often.
    """
    made: list[Any] = []

    def network(**configs: Any) -> Any:
        made.append(kind.DEFAULT_CONFIG["kafka_client"](**configs))
        return made[-1]

    addresses = _addresses(servers)
    try:
        with translated(servers):
            return kind(
                bootstrap_servers=addresses,
                client_id="sc-analytics",
                bootstrap_timeout_ms=int(timeout * 1000),
                kafka_client=network,
                **settings,
            )
    except BaseException:
        for each in made:
            each.close()
        raise


def _addresses(servers: str) -> list[str]:
    addresses = [each.strip() for each in servers.split(",") if each.strip()]
    try:
        if addresses and collect_hosts(addresses):
            return addresses
    except ValueError:
        pass
    raise UsageError(
        f"{servers!r} names no Kafka broker",
        cause="--bootstrap-servers takes HOST:PORT, several separated by commas",
        advice="--bootstrap-servers localhost:9092",
    )


def _translation(error: errors.KafkaError, servers: str) -> AnalyticsError:
    if isinstance(error, errors.AuthorizationError | errors.SaslAuthenticationFailedError):
        return AuthenticationError(
            f"Kafka at {servers} refused us: {type(error).__name__}",
            cause="wrong user or password, or no right to read the topic or join the group",
            advice="check the credentials and the access rules of the consumer group",
        )
    if isinstance(
        error,
        errors.OffsetOutOfRangeError | errors.NoOffsetForPartitionError | errors.LogTruncationError,
    ):
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
