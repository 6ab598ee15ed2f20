"""Backfill on real servers: under live writers, killed half-way, over damaged documents."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo import MongoClient

from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .broker import create_topics, produce
from .databases import fresh_database
from .documents import PROJECTIONS, assert_exact, collection_of, dump, raw_documents
from .product import Product, finish, stop, wait_until
from .topics import Log, new_log

DATES = "2026-10-01..2026-10-13"


@contextmanager
def reading(uri: str) -> Iterator[list[str]]:
    """Reads all documents again and again; yields the list of what was wrong with any."""
    wrong: list[str] = []
    over = threading.Event()

    def read() -> None:
        with MongoClient[dict[str, Any]](uri) as client:
            database = client.get_default_database()
            while not over.is_set():
                for projection in PROJECTIONS:
                    for document in database[collection_of(projection)].find():
                        wrong.extend(inconsistencies(projection, document))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield wrong
    finally:
        over.set()
        thread.join()


def inconsistencies(projection: str, document: dict[str, Any]) -> Iterator[str]:
    """Where a document contradicts itself."""
    name = f"{projection} {document['_id']}"
    sums: dict[str, int] = {}
    for counts in document["hours"].values():
        for field, value in counts.items():
            sums[field] = sums.get(field, 0) + value
    for field, value in sums.items():
        if document[field] != value:
            yield f"{name}: the hours of {field} add up to {value}, not {document[field]}"
    ratios = {
        "verification_rate": ("verifications", "registrations"),
        "payment_success_rate": ("payments_succeeded", "payments_initiated"),
        "confirmation_rate": ("orders_confirmed", "orders_created"),
        "completion_rate": ("orders_delivered", "orders_confirmed"),
    }
    for field, (part, whole) in ratios.items():
        if field in document:
            expected = document[part] / document[whole] if document[whole] else None
            if document[field] != expected:
                yield f"{name}: {field}"
    if projection == "revenue":
        net = document["gross_revenue_cents"] - document["refunded_cents"]
        if document["net_revenue_cents"] != net:
            yield f"{name}: net"


def test_backfills_under_live_writers_are_exact(kafka: KafkaServer, mongo: MongoServer) -> None:
    """A producer at full speed, live runs, backfills of all dates again and again, some killed."""
    chance = random.Random(1)
    log = new_log(seed=23, events=60_000)
    servers = kafka.bootstrap_servers
    create_topics(servers, {log.name(each): 6 for each in log.traffic.records})
    producing = threading.Thread(target=_trickle, args=(servers, log))
    with fresh_database(mongo) as uri, reading(uri) as wrong:
        flags = (*log.flags, "--flush-records", "1000", "--session-timeout", "2s")
        product = Product(servers, uri, *flags)
        producing.start()
        live = product.start("consume", "all")
        wait_until(lambda: len(raw_documents(uri, "analytics_checkpoints")) == 18)
        finished = killed = 0
        while producing.is_alive() or finished < 3:
            backfill = product.start("backfill", "--date", DATES, "--yes")
            if chance.random() < 0.4:
                time.sleep(chance.random() * 3)
                backfill.send_signal(signal.SIGKILL)
                finish(backfill)
                killed += 1
                continue
            outcome = finish(backfill, 120)
            assert outcome.code == 0, outcome.err
            finished += 1
        producing.join()
        assert killed
        product.ok("consume", "all", "--until-end")
        assert stop(live).code == 0
        oracle = log.expected()
        for projection in PROJECTIONS:
            assert_exact(uri, projection, oracle[projection])
        product.ok("backfill", "--date", DATES, "--yes", "--workers", "2")
        for projection in PROJECTIONS:
            assert_exact(uri, projection, oracle[projection])
        assert product.ok("verify", "--date", DATES) == ""
    assert wrong == []


def _trickle(servers: str, log: Log) -> None:
    topics = list(log.traffic.records)
    records = {topic: log.records(topic) for topic in topics}
    for start in range(0, max(map(len, records.values())), 1_500):
        for topic in topics:
            produce(servers, records[topic][start : start + 1_500])


@pytest.fixture(scope="module")
def settled(kafka: KafkaServer, mongo: MongoServer) -> Iterator[tuple[Product, Log]]:
    """A log that was consumed to its end."""
    log = new_log(seed=29, events=12_000)
    log.publish(kafka.bootstrap_servers)
    with fresh_database(mongo) as uri:
        product = Product(kafka.bootstrap_servers, uri, *log.flags)
        product.ok("consume", "all", "--until-end")
        yield product, log


def damage(uri: str) -> None:
    """Edit, delete, double and invent documents by hand."""
    with MongoClient[dict[str, Any]](uri) as client:
        database = client.get_default_database()
        database["analytics_order_funnel"].update_one(
            {"_id": "2026-10-02"}, {"$inc": {"orders_created": 5}}
        )
        database["analytics_revenue"].delete_one({"_id": "2026-10-03"})
        doubled = {"$multiply": ["$registrations", 2]}
        database["analytics_user_lifecycle"].update_one(
            {"_id": "2026-10-04"}, [{"$set": {"registrations": doubled}}]
        )
        invented = database["analytics_revenue"].find_one({"_id": "2026-10-05"})
        assert invented is not None
        invented |= {"_id": "2026-10-24", "date": "2026-10-24"}
        database["analytics_revenue"].insert_one(invented)
        by_hand = {"_id": "2026-10-07", "date": "2026-10-07", "orders_created": 5}
        database["analytics_order_funnel"].replace_one({"_id": "2026-10-07"}, by_hand)
        bare = {"_id": "2026-10-24", "date": "2026-10-24"}
        database["analytics_order_funnel"].replace_one({"_id": "2026-10-24"}, bare, upsert=True)


def test_damage_is_named_by_verify_untouched_by_a_dry_run_and_mended(
    settled: tuple[Product, Log],
) -> None:
    """Hand-edited, deleted, doubled and invented documents are named, left alone, then restored."""
    product, log = settled
    dates = ("--date", DATES, "--date", "2026-10-24")
    damage(product.store)
    before = dump(product.store)
    named = product.run("verify", *dates)
    assert named.code == 8
    for date in ("2026-10-02", "2026-10-03", "2026-10-04", "2026-10-07", "2026-10-24"):
        assert date in named.out
    assert "2026-10-06" not in named.out
    product.ok("backfill", *dates, "--dry-run")
    assert dump(product.store) == before
    product.ok("backfill", *dates, "--yes")
    oracle = log.expected()
    for projection in PROJECTIONS:
        assert_exact(product.store, projection, oracle[projection])
    assert product.run("verify", *dates).code == 0


def test_without_a_terminal_and_without_yes_nothing_is_done(
    settled: tuple[Product, Log],
) -> None:
    """The plan is printed, nothing is written, and the exit code is 2."""
    product, _ = settled
    before = dump(product.store)
    outcome = product.run("backfill", "order-funnel", "--date", DATES)
    assert outcome.code == 2
    assert "2026-10-01 … 2026-10-13, 13 dates, UTC, both ends included" in outcome.err
    assert dump(product.store) == before


def test_a_backfill_ahead_of_the_live_run_is_not_counted_again(
    settled: tuple[Product, Log], mongo: MongoServer
) -> None:
    """Rebuilt in an empty store first, consumed live afterwards: every event counts once."""
    product, log = settled
    with fresh_database(mongo) as uri:
        fresh = product.on(uri)
        fresh.ok("backfill", "--date", "2026-10-03..2026-10-05", "--yes")
        oracle = log.expected()
        dates = {"2026-10-03", "2026-10-04", "2026-10-05"}
        for projection in PROJECTIONS:
            found = raw_documents(uri, collection_of(projection))
            assert set(found) == dates
        fresh.ok("consume", "all", "--until-end")
        for projection in PROJECTIONS:
            assert_exact(uri, projection, oracle[projection])


def test_two_backfills_of_the_same_dates_at_once_agree(settled: tuple[Product, Log]) -> None:
    """Both end well, and the documents are exact."""
    product, log = settled
    damage(product.store)
    both = [
        product.start("backfill", "--date", DATES, "--date", "2026-10-24", "--yes")
        for _ in range(2)
    ]
    for process in both:
        outcome = finish(process, 120)
        assert outcome.code == 0, outcome.err
    oracle = log.expected()
    for projection in PROJECTIONS:
        assert_exact(product.store, projection, oracle[projection])


def test_an_archive_rebuilds_dates_and_live_events_come_on_top(
    settled: tuple[Product, Log], mongo: MongoServer, tmp_path: Any
) -> None:
    """`--source` file: the dates become what the file says, later events are counted once."""
    product, log = settled
    archive = tmp_path / "archive.ndjson"
    log.traffic.as_ndjson(archive)
    with fresh_database(mongo) as uri:
        fresh = product.on(uri)
        fresh.ok("backfill", "--date", DATES, "--source", str(archive), "--yes")
        fresh.ok("consume", "all", "--until-end")
        oracle = log.expected()
        for projection in PROJECTIONS:
            assert_exact(uri, projection, oracle[projection])
