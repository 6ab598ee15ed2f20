"""Documents as large as they get: many communities in a day, and the 16 MB of MongoDB."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from bson import encode
from kafka import KafkaProducer
from pymongo import MongoClient

from tests.oracle.sample import event, pay
from tests.servers.kafka import KafkaServer

from .broker import create_topics
from .documents import raw_documents, stored
from .product import Product

DAY, NEXT = "2026-10-01", "2026-10-02"
COMMUNITIES = 50_000
MEGABYTE = 1024 * 1024


def publish(servers: str, topic: str, values: Iterator[bytes] | Sequence[bytes]) -> None:
    """Append to partition 0."""
    producer = KafkaProducer(
        bootstrap_servers=servers, enable_idempotence=True, linger_ms=50, batch_size=512 * 1024
    )
    for value in values:
        producer.send(topic, value, partition=0)
    producer.flush(120)
    producer.close()


@pytest.fixture(scope="module")
def crowded(kafka: KafkaServer) -> str:
    """A topic in which every one of the communities brings one payment on the same day."""
    topic = f"crowded.{uuid4().hex[:8]}"
    create_topics(kafka.bootstrap_servers, {topic: 1})
    form = '{"event_id":"%s%d","event_type":"order.%s","occurred_at":"%s","payload":{%s}}'
    at = f"{DAY}T10:00:00Z"

    def values() -> Iterator[bytes]:
        for number in range(COMMUNITIES):
            order = f'"order_id":"o{number}"'
            who = f'{order},"community_id":"community-{number}"'
            yield (form % ("a", number, "attribution_recorded", at, who)).encode()
            cents = f'{order},"amount_cents":{number + 1}'
            yield (form % ("p", number, "payment_succeeded", at, cents)).encode()

    publish(kafka.bootstrap_servers, topic, values())
    return topic


@pytest.mark.parametrize("kind", ["mongodb", "sqlite"])
def test_fifty_thousand_communities_in_a_day(
    kafka: KafkaServer,
    crowded: str,
    mongo_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
) -> None:
    """Exact, in the store and in the report."""
    folder = tmp_path_factory.mktemp("crowded")
    store = mongo_database if kind == "mongodb" else f"sqlite:///{folder}/store.db"
    product = Product(kafka.bootstrap_servers, store, "--order-topic", crowded)
    product.ok("consume", "revenue", "--until-end")
    wanted = {f"community-{number}": number + 1 for number in range(COMMUNITIES)}
    document = stored(store, "revenue")[DAY]
    assert document["revenue_by_community"] == wanted
    total = COMMUNITIES * (COMMUNITIES + 1) // 2
    assert (document["gross_revenue_cents"], document["paid_orders"]) == (total, COMMUNITIES)
    (row,) = json.loads(product.ok("report", "revenue", "--date", DAY, "--json"))["reports"][
        "revenue"
    ]
    assert row["revenue_by_community"] == wanted
    assert "and 49,995 more" in product.ok("report", "revenue", "--date", DAY)


@pytest.fixture
def orders(kafka: KafkaServer) -> str:
    """A topic of two days: two orders on the first, one on the second."""
    topic = f"orders.{uuid4().hex[:8]}"
    create_topics(kafka.bootstrap_servers, {topic: 1})
    values = [
        event("order.created", at=f"{DAY}T09:00Z"),
        pay("big", 500, at=f"{DAY}T10:00Z"),
        pay("small", 700, at=f"{DAY}T10:00Z"),
        event("order.created", at=f"{NEXT}T09:00Z"),
        pay("later", 900, at=f"{NEXT}T10:00Z"),
    ]
    publish(kafka.bootstrap_servers, topic, [json.dumps(each).encode() for each in values])
    return topic


def put(store: str, kind: str, document: dict[str, Any]) -> None:
    """Put a document into a collection, in the place of the one that may be there."""
    with MongoClient[dict[str, Any]](store) as client:
        collection = client.get_default_database()[kind]
        collection.replace_one({"_id": document["_id"]}, document, upsert=True)


def nearly_full(
    document: dict[str, Any], field: str, entries: dict[str, Any] | list[Any]
) -> dict[str, Any]:
    """The document with what fills it up in one field, and padding to the last 64 bytes."""
    full = document | {field: entries}
    room = 16 * MEGABYTE - len(encode(full | {"padding": ""})) - 64
    return full | {"padding": "x" * room}


def test_a_document_that_would_outgrow_16_mb_stops_its_projection_alone(
    kafka: KafkaServer, mongo_database: str, orders: str
) -> None:
    """In `consume all`: an error that names the document, nothing stored of it, nothing lost."""
    communities = {f"{number:06d}".rjust(500, "c"): 1 for number in range(30_500)}
    empty = {
        "_id": DAY, "date": DAY, "gross_revenue_cents": 0, "refunded_cents": 0,
        "net_revenue_cents": 0, "paid_orders": 0, "refunded_orders": 0,
        "average_order_value_cents": None, "revenue_by_promotion": {}, "hours": {}, "source": {},
        "version": 1,
    }  # fmt: skip
    full = nearly_full(empty, "revenue_by_community", communities)
    put(mongo_database, "analytics_revenue", full | {"rev": "full"})
    product = Product(
        kafka.bootstrap_servers, mongo_database, "--order-topic", orders, "--user-topic", orders
    )
    for _ in range(2):  # typed again, it stops at the same place
        outcome = product.run("consume", "all", "--until-end")
        assert outcome.code == 1, outcome.err
        assert f"'{DAY}' of analytics_revenue would outgrow MongoDB's 16 MB" in outcome.err
        assert "revenue has stopped" in outcome.err
        assert "the others go on" in outcome.err
        funnel = stored(mongo_database, "order-funnel")
        assert [each["payments_succeeded"] for each in funnel.values()] == [2, 1]
        assert raw_documents(mongo_database, "analytics_revenue")[DAY] == full | {"rev": "full"}
    put(mongo_database, "analytics_revenue", empty | {"revenue_by_community": {}, "rev": "room"})
    product.ok("consume", "all", "--until-end")
    revenue = stored(mongo_database, "revenue")
    assert [each["gross_revenue_cents"] for each in revenue.values()] == [1_200, 900]


def test_a_journal_that_would_outgrow_16_mb_stops_its_projection_alone(
    kafka: KafkaServer, mongo_database: str, orders: str
) -> None:
    """In `consume all`, `replay` and `backfill`: its neighbours are written all the same."""
    facts = [
        {
            "at": f"other/0:{number}",
            "event": f"{number:06d}".rjust(500, "e"),
            "kind": "attribution",
            "date": DAY,
            "hour": "09",
            "community": "c",
            "promotion": None,
        }
        for number in range(24_600)
    ]
    full = nearly_full({"_id": "big"}, "facts", facts) | {"rev": "full"}
    put(mongo_database, "analytics_orders_revenue", full)
    product = Product(
        kafka.bootstrap_servers, mongo_database, "--order-topic", orders, "--user-topic", orders
    )
    lines = [
        ("consume", "all", "--until-end"),
        ("replay", "all", "--from-offset", "earliest"),
        ("backfill", "all", "--date", f"{DAY}..{NEXT}", "--yes", "--workers", "2"),
    ]
    for line in lines:
        if line[0] != "consume":
            spoil_funnel(mongo_database, rebuild=line[0] == "backfill")
        outcome = product.run(*line)
        assert outcome.code == 1, f"{line}\n{outcome.err}"
        assert "'big' of analytics_orders_revenue would outgrow MongoDB's 16 MB" in outcome.err
        funnel = stored(mongo_database, "order-funnel")
        assert [each["payments_succeeded"] for each in funnel.values()] == [2, 1], line
        assert raw_documents(mongo_database, "analytics_revenue") == {}, line
    with MongoClient[dict[str, Any]](mongo_database) as client:
        client.get_default_database()["analytics_orders_revenue"].delete_one({"_id": "big"})
    product.ok("consume", "all", "--until-end")
    revenue = stored(mongo_database, "revenue")
    assert [each["gross_revenue_cents"] for each in revenue.values()] == [1_200, 900]


def spoil_funnel(store: str, *, rebuild: bool) -> None:
    """Give a backfill something to mend, and a replay something to fill."""
    with MongoClient[dict[str, Any]](store) as client:
        funnel = client.get_default_database()["analytics_order_funnel"]
        if rebuild:
            funnel.update_many({}, {"$set": {"payments_succeeded": 99}})
        else:
            funnel.delete_many({})
