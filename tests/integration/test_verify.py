"""Verify beside a live consumer: healthy is quiet, however often it is asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

from tests.oracle.documents import LogRecord
from tests.oracle.sample import attribute, event, pay
from tests.servers.kafka import KafkaServer

from .broker import create_topics, produce
from .documents import raw_documents
from .product import PATIENCE, Product, stop, wait_until

DAYS = ("2026-10-01", "2026-10-02")
QUIET_RUNS = 4


@contextmanager
def traffic(servers: str, topic: str) -> Iterator[None]:
    """Orders, payments and attributions of two dates on two partitions, without a pause."""
    over = threading.Event()

    def send() -> None:
        for number in count():
            if over.is_set():
                return
            produce(servers, records(topic, number))

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def records(topic: str, number: int) -> list[LogRecord]:
    """A few events of an order, each date and each partition getting some."""
    order = f"o-{number}"
    values = [
        event("order.created", at=f"{DAYS[number % 2]}T10:00Z"),
        event("order.created", at=f"{DAYS[0]}T11:00Z"),
        pay(order, 100, at=f"{DAYS[1]}T12:00Z"),
        attribute(order, community_id="c"),
    ]
    return [
        LogRecord(topic, (number + place) % 2, 0, json.dumps(value).encode(), None, 0)
        for place, value in enumerate(values)
    ]


def test_verify_is_quiet_beside_a_live_consumer(kafka: KafkaServer, mongo_database: str) -> None:
    """Under traffic no document is ever said to differ, and soon nothing is left unabsorbed.

    On a busy machine the consumer may be late: that is told apart, and not of a document.
    """
    topic = f"verify.{uuid4().hex[:8]}"
    create_topics(kafka.bootstrap_servers, {topic: 2})
    product = Product(kafka.bootstrap_servers, mongo_database, "--order-topic", topic)
    consumer = product.start("consume", "order-funnel", "revenue")
    try:
        with traffic(kafka.bootstrap_servers, topic):
            wait_until(lambda: len(raw_documents(mongo_database, "analytics_revenue")) > 0)
            quiet, deadline = 0, time.monotonic() + PATIENCE
            while quiet < QUIET_RUNS:
                outcome = product.run(
                    "verify", "order-funnel", "revenue", "--date", "..".join(DAYS)
                )
                assert outcome.out == ""
                if outcome.err:
                    assert (outcome.code, "not absorbed yet" in outcome.err) == (8, True)
                    assert time.monotonic() < deadline, outcome.err
                else:
                    assert outcome.code == 0
                    quiet += 1
    finally:
        stop(consumer)
