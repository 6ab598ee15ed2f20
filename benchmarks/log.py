"""The log that is measured on: order events of about 306 bytes, all of them sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from kafka import KafkaProducer

from tests.integration.broker import create_topics

PARTITIONS = 6
TYPES = (
    "order.created",
    "order.payment_initiated",
    "order.payment_succeeded",
    "order.confirmed",
    "order.shipped",
    "order.delivered",
)
_START = datetime(2026, 10, 1, tzinfo=UTC)
_NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def events(count: int, days: int) -> Iterator[tuple[int, bytes, bytes]]:
    """(partition, key, value) of each event, spread evenly over the days."""
    step = timedelta(days=days) / count
    for number in range(count):
        order = number // len(TYPES)
        order_id = f"order-{order:010d}"
        at = (_START + number * step).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        value = (
            f'{{"event_id":"{uuid5(_NAMESPACE, str(number))}",'
            f'"event_type":"{TYPES[number % len(TYPES)]}","occurred_at":"{at}",'
            f'"aggregate_id":"{order_id}","version":1,"payload":{{"order_id":"{order_id}",'
            f'"amount_cents":{1000 + number % 9000},"currency":"EUR",'
            f'"customer_id":"customer-{number % 5000:06d}"}}}}'
        )
        yield order % PARTITIONS, order_id.encode(), value.encode()


def publish(servers: str, topic: str, count: int, days: int) -> None:
    """Put the log on the broker."""
    create_topics(servers, {topic: PARTITIONS})
    producer = KafkaProducer(bootstrap_servers=servers, acks=1, linger_ms=50, batch_size=512 * 1024)
    try:
        for partition, key, value in events(count, days):
            producer.send(topic, value=value, key=key, partition=partition)
        producer.flush(300)
    finally:
        producer.close()


def counted(count: int, days: int) -> dict[str, Counter[str]]:
    """Date → how often each type occurs: what the documents must say."""
    step = timedelta(days=days) / count
    found: dict[str, Counter[str]] = {}
    for number in range(count):
        date = (_START + number * step).date().isoformat()
        found.setdefault(date, Counter())[TYPES[number % len(TYPES)]] += 1
    return found
