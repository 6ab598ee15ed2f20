"""Putting generated traffic on a real broker, record by record where it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from confluent_kafka import Producer
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.oracle.documents import LogRecord


def create_topics(servers: str, partitions: Mapping[str, int], **configs: str) -> None:
    """Create topics with so many partitions each.

    Events carry timestamps of their own days, so retention by time is off.
    """
    configs = {"retention.ms": "-1"} | configs
    admin = KafkaAdminClient(bootstrap_servers=servers)
    try:
        admin.create_topics(
            [
                NewTopic(topic, count, 1, topic_configs=configs)
                for topic, count in partitions.items()
            ]
        )
    finally:
        admin.close()


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
