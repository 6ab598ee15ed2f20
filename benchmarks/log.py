"""The log that is measured on: order events of about 306 bytes, all of them sound."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple
from uuid import UUID

from confluent_kafka import Producer

from tests.event_ids import made_at
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
USER_TYPES = (
    "user.created",
    "user.verified",
    "user.login_succeeded",
    "user.login_failed",
    "user.suspended",
    "user.deleted",
)
_START = datetime(2026, 10, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

IdOf = Callable[[int, datetime], str]
"""The id of the event of this number, of this time."""


def random_id(number: int, at: datetime) -> str:
    """A UUID of version 4: its neighbours in time are anywhere."""
    return str(UUID(bytes=_noise(number), version=4))


def ordered_id(number: int, at: datetime) -> str:
    """A UUID of version 7 (RFC 9562): it begins with its time in milliseconds."""
    return made_at((at - _EPOCH) // _MILLISECOND, _noise(number))


MomentOf = Callable[[int, int, int], datetime]
"""When the event of this number happens, of a log of so many events and days."""


def evenly(number: int, count: int, days: int) -> datetime:
    """One after another: nearly all events of a batch are of one date."""
    return _START + number * (timedelta(days=days) / count)


def in_turns(number: int, count: int, days: int) -> datetime:
    """Each date in turn: every batch is of all dates."""
    return _START + timedelta(days=number % days, seconds=number * 80_000 // count)


IDS: Final[dict[str, IdOf]] = {"uuid7": ordered_id, "uuid4": random_id}


def add_ids(options: ArgumentParser) -> None:
    """`--ids`: what the producers of the log made their ids with."""
    options.add_argument("--ids", choices=IDS, default="uuid7")


def _noise(number: int) -> bytes:
    return blake2b(number.to_bytes(8), digest_size=16).digest()


class Log(NamedTuple):
    """So many events over so many days."""

    size: int
    days: int
    types: Sequence[str] = TYPES
    id_of: IdOf = ordered_id
    moment_of: MomentOf = evenly

    def events(self) -> Iterator[tuple[int, bytes, bytes]]:
        """(partition, key, value) of each event."""
        for number in range(self.size):
            at = self.moment_of(number, self.size, self.days)
            order, value = value_of(number, at, self.types, self.id_of)
            yield order % PARTITIONS, f"order-{order:010d}".encode(), value

    def counted(self) -> dict[str, Counter[str]]:
        """Date → how often each type occurs, and the cents of all payments.

        That is what the documents must say.
        """
        found: dict[str, Counter[str]] = {}
        for number in range(self.size):
            date = self.moment_of(number, self.size, self.days).date().isoformat()
            kind = self.types[number % len(self.types)]
            found.setdefault(date, Counter())[kind] += 1
            if kind == "order.payment_succeeded":
                found[date]["cents"] += cents_of(number)
        return found


def value_of(
    number: int, at: datetime, types: Sequence[str] = TYPES, id_of: IdOf = ordered_id
) -> tuple[int, bytes]:
    """The number of its order (or user), and the value, of one event."""
    order = number // len(types)
    order_id = f"order-{order:010d}"
    instant = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    value = (
        f'{{"event_id":"{id_of(number, at)}",'
        f'"event_type":"{types[number % len(types)]}","occurred_at":"{instant}",'
        f'"aggregate_id":"{order_id}","version":1,"payload":{{"order_id":"{order_id}",'
        f'"amount_cents":{cents_of(number)},"currency":"EUR",'
        f'"customer_id":"customer-{number % 5000:06d}"}}}}'
    )
    return order, value.encode()


def cents_of(number: int) -> int:
    """The amount that an event names."""
    return 1000 + number % 9000


def publish(servers: str, topic: str, events: Iterable[tuple[int, bytes, bytes]]) -> None:
    """Make the topic, and put these events on it."""
    create_topics(servers, {topic: PARTITIONS})
    append(servers, topic, events)


def append(servers: str, topic: str, events: Iterable[tuple[int, bytes, bytes]]) -> None:
    """Put more of them on a topic that is there."""
    failures: list[object] = []
    producer = Producer(
        {
            "bootstrap.servers": servers,
            "acks": 1,
            "linger.ms": 50,
            "batch.size": 512 * 1024,
            "on_delivery": lambda error, _: failures.append(error) if error else None,
        }
    )
    for partition, key, value in events:
        while True:
            try:
                producer.produce(topic, value=value, key=key, partition=partition)
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(300) or failures:
        raise SystemExit(f"{topic} could not be produced: {failures[:1]}")
