"""Putting generated traffic on a real broker, record by record where it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
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


def produce(servers: str, records: Iterable[LogRecord], **settings: Any) -> None:
    """Send records to their own partitions; raise where one is refused.

    The producer is idempotent: without that, a retry puts records into another
    order than the oracle reads them in.
    """
    producer = KafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=20,
        batch_size=256 * 1024,
        **settings,
    )
    try:
        futures = [
            producer.send(
                record.topic,
                value=record.value,
                key=record.key,
                partition=record.partition,
                timestamp_ms=record.timestamp_ms or None,
            )
            for record in records
        ]
        producer.flush(120)
        for future in futures:
            future.get(timeout=60)
    finally:
        producer.close()


def publish(
    servers: str, topics: Mapping[str, Sequence[LogRecord]], partitions: int = 6, **settings: Any
) -> None:
    """Create the topics and send them all their records."""
    create_topics(servers, dict.fromkeys(topics, partitions))
    for records in topics.values():
        produce(servers, records, **settings)
