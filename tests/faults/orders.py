"""A topic of orders that a test writes one by one, and what the funnel has counted of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewPartitions

from tests.contract.stores.naming import timed
from tests.integration.broker import create_topics, produce
from tests.integration.documents import raw_documents, stored
from tests.integration.product import Product, finish, wait_until
from tests.oracle.documents import LogRecord

DAY = "2026-10-01"

_started: list[subprocess.Popen[str]] = []


class Tracked(Product):
    """Remembers what it has started, so that nothing of it outlives its test."""

    def start(self, *arguments: str, stdin: int | None = None) -> subprocess.Popen[str]:
        """See Product.start."""
        _started.append(super().start(*arguments, stdin=stdin))
        return _started[-1]


def end_all() -> None:
    """Kill what is still running, be it stopped, and reap it."""
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
            finish(process)


def created(name: str, day: str = DAY) -> bytes:
    """An order that was created; of names with an odd number the event's id tells a time."""
    return json.dumps(
        {
            "event_id": timed(name) if name[-1:] in "13579" else name,
            "event_type": "order.created",
            "occurred_at": f"{day}T12:00:00Z",
            "payload": {"order_id": name},
        }
    ).encode()


@dataclass
class Orders:
    """A topic with a name that no other test uses."""

    servers: str
    partitions: int = 2
    topic: str = field(default_factory=lambda: f"orders.{uuid4().hex[:8]}")

    def create(self, **configs: str) -> Orders:
        """Create it, empty."""
        create_topics(self.servers, {self.topic: self.partitions}, **configs)
        return self

    def product(self, store: str, *flags: str) -> Product:
        """The command line, told of this topic and a store."""
        return Tracked(self.servers, store, "--order-topic", self.topic, *flags)

    def send(self, names: Iterable[str], day: str = DAY, partition: int | None = None) -> None:
        """Produce one order a name, in turn to each partition or all to one."""
        produce(
            self.servers,
            [
                LogRecord(
                    self.topic,
                    number % self.partitions if partition is None else partition,
                    0,
                    created(name, day),
                )
                for number, name in enumerate(names)
            ],
        )

    def send_keyed(self, names: Iterable[str], keys: int, kind: str = "key") -> None:
        """Produce one order a name to partition 0, with so many keys of a kind in turn."""
        produce(
            self.servers,
            [
                LogRecord(self.topic, 0, 0, created(name), f"{kind}-{number % keys}".encode())
                for number, name in enumerate(names)
            ],
        )

    def end(self) -> int:
        """The end of partition 0."""
        partition = TopicPartition(self.topic, 0)
        with closing(KafkaConsumer(bootstrap_servers=self.servers)) as consumer:
            return int(consumer.end_offsets([partition])[partition])

    def delete(self) -> None:
        """Delete the topic, and wait until it is gone."""
        with closing(KafkaAdminClient(bootstrap_servers=self.servers)) as admin:
            admin.delete_topics([self.topic])
            wait_until(lambda: self.topic not in admin.list_topics(), what="the topic's end")

    def grow(self, partitions: int) -> None:
        """Let the topic have so many partitions."""
        with closing(KafkaAdminClient(bootstrap_servers=self.servers)) as admin:
            admin.create_partitions({self.topic: NewPartitions(partitions)})
            wait_until(
                lambda: len(admin.describe_topics([self.topic])[0]["partitions"]) == partitions,
                what="the new partitions",
            )
        self.partitions = partitions

    def delete_below(self, partition: int, offset: int) -> None:
        """What retention does, at once."""
        with closing(KafkaAdminClient(bootstrap_servers=self.servers)) as admin:
            admin.delete_records({TopicPartition(self.topic, partition): offset})

    def transaction(self, name: str) -> KafkaProducer:
        """A producer with a transaction begun; the caller ends it, or closes the producer."""
        producer = KafkaProducer(
            bootstrap_servers=self.servers, transactional_id=name, transaction_timeout_ms=10_000
        )
        producer.init_transactions()
        producer.begin_transaction()
        return producer


def counted(store: str) -> dict[str, int]:
    """Date → orders created, as the funnel's documents say."""
    return {day: each["orders_created"] for day, each in stored(store, "order-funnel").items()}


def checkpoints(store: str) -> dict[str, dict]:
    """Partition → checkpoint of the funnel."""
    found = raw_documents(store, "analytics_checkpoints").values()
    return {each["partition"]: each for each in found if each["projection"] == "order-funnel"}
