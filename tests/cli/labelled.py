"""A small log in which every record has a date of its own: the dates stored tell what was read."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from kafka import KafkaAdminClient

from tests.integration.broker import create_topics, produce
from tests.integration.documents import stored
from tests.integration.product import wait_until
from tests.oracle.documents import LogRecord

HOUR = 3_600_000


@dataclass(frozen=True)
class Labelled:
    """A topic of order events; the record at offset N of partition P is called "P:N"."""

    servers: str
    topic: str

    @property
    def flags(self) -> tuple[str, ...]:
        """How the product is told of the topic."""
        return ("--order-topic", self.topic)

    def append(self, partition: int, first: int, count: int) -> None:
        """Produce `count` more records, the first of them at offset `first`."""
        produce(
            self.servers,
            [self._record(partition, offset, 0) for offset in range(first, first + count)],
        )

    def fill(self, timestamps: Mapping[int, Sequence[int]]) -> None:
        """Produce the records of each partition, with these timestamps."""
        produce(
            self.servers,
            [
                self._record(partition, offset, stamp)
                for partition, stamps in timestamps.items()
                for offset, stamp in enumerate(stamps)
            ],
        )

    def create_anew(self) -> None:
        """Delete the topic and create it again, empty."""
        admin = KafkaAdminClient(bootstrap_servers=self.servers)
        try:
            admin.delete_topics([self.topic])
            wait_until(lambda: self.topic not in admin.list_topics(), what="the topic's end")
        finally:
            admin.close()
        create_topics(self.servers, {self.topic: 1})

    def _record(self, partition: int, offset: int, timestamp: int) -> LogRecord:
        return LogRecord(
            self.topic, partition, offset, order_created(partition, offset), None, timestamp
        )


def new_topic(servers: str, timestamps: Mapping[int, Sequence[int]]) -> Labelled:
    """A topic of a new name with a record for each timestamp (0: now)."""
    log = Labelled(servers, f"labelled.{uuid4().hex[:8]}")
    create_topics(servers, {log.topic: len(timestamps)})
    log.fill(timestamps)
    return log


def order_created(partition: int, offset: int) -> bytes:
    """The event called "P:N": an order created on a date that no other event has."""
    name = f"{partition}:{offset}"
    return json.dumps(
        {
            "event_id": name,
            "event_type": "order.created",
            "occurred_at": f"{_date(partition, offset)}T12:00:00Z",
            "payload": {"order_id": name},
        }
    ).encode()


def absorbed(store: str) -> set[str]:
    """The records that are in the funnel's documents of a store, by their names, each once."""
    names = set()
    for day, document in stored(store, "order-funnel").items():
        when = date.fromisoformat(day)
        assert document["orders_created"] == 1, f"{day} was counted more than once"
        names.add(f"{when.year - 2001}:{when.timetuple().tm_yday - 1}")
    return names


def moment(text: str) -> int:
    """A record's timestamp: milliseconds of an instant in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def hours_ago(number: int) -> int:
    """A record's timestamp so many hours before now."""
    return int(time.time() * 1000) - number * HOUR


def _date(partition: int, offset: int) -> date:
    return date(2001 + partition, 1, 1) + timedelta(days=offset)
