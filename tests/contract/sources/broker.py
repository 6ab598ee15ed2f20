"""Topics and records on a real broker, for the source contract."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from sc_analytics_cli.event import LogRecord
from tests.integration.broker import create_topics


def new_topic(servers: str, partitions: int = 1, **configs: str) -> str:
    """Create a topic that no other test uses, and return its name."""
    topic = f"sources.{uuid4().hex[:12]}"
    create_topic(servers, topic, partitions, **configs)
    return topic


def create_topic(servers: str, topic: str, partitions: int = 1, **configs: str) -> None:
    """Create a topic, and wait until the broker knows it."""
    create_topics(servers, {topic: partitions}, **configs)
    with admin(servers) as client:
        client.wait_for_topics([topic], timeout_ms=30_000)


@contextmanager
def admin(servers: str) -> Iterator[KafkaAdminClient]:
    """An admin client, closed at the end."""
    client = KafkaAdminClient(bootstrap_servers=servers)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def producer(servers: str, **settings: Any) -> Iterator[KafkaProducer]:
    """A producer that tries for 60 s at most, closed at the end."""
    defaults = {"acks": "all", "max_block_ms": 60_000, "max_request_size": 16 * 1024 * 1024}
    client = KafkaProducer(bootstrap_servers=servers, **(defaults | settings))
    try:
        yield client
    finally:
        client.close(timeout=30)


@contextmanager
def transactional(servers: str) -> Iterator[KafkaProducer]:
    """A producer of transactions, under an id of its own."""
    with producer(servers, transactional_id=f"tx-{uuid4().hex[:12]}") as client:
        client.init_transactions()
        yield client


def send(client: KafkaProducer, topic: str, *values: bytes | None, partition: int = 0) -> None:
    """Send values to one partition, in order, and wait until the broker has them."""
    futures = [client.send(topic, value, partition=partition) for value in values]
    client.flush(60)
    for future in futures:
        future.get(timeout=60)


def fill(servers: str, topic: str, *values: bytes | None, partition: int = 0, **more: Any) -> None:
    """Send values with a producer made for it."""
    with producer(servers, **more) as client:
        send(client, topic, *values, partition=partition)


def put(servers: str, topic: str, contents: Mapping[int, Iterable[LogRecord]]) -> None:
    """Send whole records to their partitions; offsets are the broker's."""
    with producer(servers, linger_ms=20) as client:
        futures = [
            client.send(
                topic,
                record.value,
                key=record.key,
                headers=list(record.headers),
                partition=number,
                timestamp_ms=record.timestamp,
            )
            for number, records in contents.items()
            for record in records
        ]
        client.flush(60)
        for future in futures:
            future.get(timeout=60)


def add_partitions(servers: str, topic: str, count: int) -> None:
    """Let the topic have `count` partitions from now on."""
    with admin(servers) as client:
        client.create_partitions({topic: count})


def delete_head(servers: str, topic: str, first: int, partition: int = 0) -> None:
    """Delete every record below the offset `first`, as retention does."""
    with admin(servers) as client:
        client.delete_records({TopicPartition(topic, partition): first})


def delete_topic(servers: str, topic: str) -> None:
    """Delete the topic, and wait until it is gone."""
    with admin(servers) as client:
        client.delete_topics([topic])
        deadline = time.monotonic() + 20
        while topic in client.list_topics():
            assert time.monotonic() < deadline, f"{topic} is still there"
            time.sleep(0.1)


def committed(servers: str, group: str) -> dict[str, int]:
    """Partition → the offset that lag tools see of the group."""
    with admin(servers) as client:
        found = client.list_group_offsets(group)[group]
    return {f"{each.topic}/{each.partition}": at.offset for each, at in found.items()}
