"""Putting generated traffic on a real broker, record by record where it belongs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from confluent_kafka import Producer
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import InvalidReplicationFactorError

from tests.oracle.documents import LogRecord

_UNFENCED_SECONDS = 30


def create_topics(servers: str, partitions: Mapping[str, int], **configs: str) -> None:
    """Create topics with so many partitions each.

    Events carry timestamps of their own days, so retention by time is off.
    """
    configs = {"retention.ms": "-1"} | configs
    topics = [NewTopic(topic, n, 1, topic_configs=configs) for topic, n in partitions.items()]
    admin = KafkaAdminClient(bootstrap_servers=servers)
    deadline = time.monotonic() + _UNFENCED_SECONDS
    try:
        while not _created(admin, topics):
            assert time.monotonic() < deadline, "the broker stays fenced"
            time.sleep(0.1)
    finally:
        admin.close()


def _created(admin: KafkaAdminClient, topics: Sequence[NewTopic]) -> bool:
    """Create them all, or none where the controller has not heard of a frozen broker again."""
    try:
        admin.create_topics(topics)
    except InvalidReplicationFactorError:
        return False
    return True


def produce(servers: str, records: Iterable[LogRecord]) -> None:
    """Send records to their own partitions; raise where one is refused.

    The producer is idempotent: without that, a retry puts records into another
    order than the oracle reads them in.
    """
    refused: list[object] = []
    producer = Producer(
        {
            "bootstrap.servers": servers,
            "enable.idempotence": True,
            "linger.ms": 20,
            "queue.buffering.max.messages": 1_000_000,
            "on_delivery": lambda error, _: refused.append(error) if error else None,
        }
    )
    for record in records:
        producer.produce(
            record.topic,
            value=record.value,
            key=record.key,
            partition=record.partition,
            timestamp=record.timestamp_ms or 0,
        )
        producer.poll(0)
    unsent = producer.flush(120)
    assert not refused, refused[0]
    assert unsent == 0


def publish(servers: str, topics: Mapping[str, Sequence[LogRecord]], partitions: int = 6) -> None:
    """Create the topics and send them all their records."""
    create_topics(servers, dict.fromkeys(topics, partitions))
    for records in topics.values():
        produce(servers, records)
