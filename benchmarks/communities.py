"""Revenue with very many communities in one day, set against few."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

from kafka import KafkaProducer
from pymongo import MongoClient

from tests.integration.broker import create_topics
from tests.servers import MongoServer

from . import product
from .log import PARTITIONS
from .table import print_table, row

FEW = 50
DAY = "2026-10-01"


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--events", type=int, default=200_000)
    options.add_argument("--communities", type=int, default=50_000)
    options.add_argument("--runs", type=int, default=3)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """The same orders, attributed to few communities and to many; both must be exact."""
    runs: dict[int, list[product.Measured]] = {FEW: [], chosen.communities: []}
    topics = {count: f"bench.{uuid4().hex[:8]}" for count in runs}
    for count, topic in topics.items():
        _publish(servers, topic, chosen.events, count)
    for _ in range(chosen.runs):
        for count, measured in runs.items():
            store = mongo.database_uri(f"bench_{uuid4().hex[:8]}")
            flags = ("--until-end", "--order-topic", topics[count])
            measured.append(product.command(servers, store, "consume", "revenue", *flags))
            _verify(store, chosen.events, count)
    few, many = (row(f"{count:,} communities", chosen.events, runs[count]) for count in runs)
    print_table(
        f"{chosen.events:,} order events, {PARTITIONS} partitions, 1 date, median of {chosen.runs}",
        [few, many],
        against=[few],
    )


def _orders(events: int, communities: int) -> Iterator[tuple[int, str, int]]:
    """Number, community and cents of each order: two events, an attribution and a payment."""
    for number in range(events // 2):
        yield number, f"community-{number % communities:08d}", 1000 + number % 9000


def _publish(servers: str, topic: str, events: int, communities: int) -> None:
    create_topics(servers, {topic: PARTITIONS})
    producer = KafkaProducer(bootstrap_servers=servers, acks=1, linger_ms=50, batch_size=512 * 1024)
    form = (
        '{"event_id":"%s-%d","event_type":"order.%s","occurred_at":"' + DAY + 'T10:00:00Z",'
        '"aggregate_id":"order-%010d","payload":{%s}}'
    )
    try:
        for number, community, cents in _orders(events, communities):
            for kind, payload in (
                ("attribution_recorded", f'"community_id":"{community}"'),
                ("payment_succeeded", f'"amount_cents":{cents},"currency":"EUR"'),
            ):
                value = form % (kind[0], number, kind, number, payload)
                producer.send(topic, value=value.encode(), partition=number % PARTITIONS)
        producer.flush(300)
    finally:
        producer.close()


def _verify(store: str, events: int, communities: int) -> None:
    wanted: Counter[str] = Counter()
    for _, community, cents in _orders(events, communities):
        wanted[community] += cents
    with MongoClient[dict[str, object]](store) as client:
        (found,) = client.get_default_database()["analytics_revenue"].find()
    assert found["gross_revenue_cents"] == wanted.total()
    assert found["revenue_by_community"] == wanted
