"""A store restored from a backup, and live runs that are far behind or ahead of a backfill."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .broker import create_topics, produce
from .databases import fresh_database
from .documents import PROJECTIONS, assert_exact, dump, raw_documents
from .product import Product, stop, wait_until
from .topics import Log, new_log

DATES = "2026-10-01..2026-10-13"


@pytest.fixture(scope="module")
def log(kafka: KafkaServer) -> Log:
    """Topics without a record so far."""
    made = new_log(seed=31, events=6_000)
    create_topics(kafka.bootstrap_servers, {made.name(each): 6 for each in made.traffic.records})
    return made


@pytest.fixture(scope="module")
def backup(kafka: KafkaServer, mongo: MongoServer, log: Log) -> Iterator[str]:
    """A store as it was when the first third of the log was consumed; then comes the rest."""
    for topic in log.traffic.records:
        records = log.records(topic)
        produce(kafka.bootstrap_servers, records[: len(records) // 3])
    with fresh_database(mongo) as uri:
        Product(kafka.bootstrap_servers, uri, *log.flags).ok("consume", "all", "--until-end")
        for topic in log.traffic.records:
            records = log.records(topic)
            produce(kafka.bootstrap_servers, records[len(records) // 3 :])
        yield uri


@pytest.fixture
def product(kafka: KafkaServer, mongo: MongoServer, log: Log, backup: str) -> Iterator[Product]:
    """The product on a store into which the backup was restored."""
    with fresh_database(mongo) as uri:
        restore(backup, uri)
        yield Product(kafka.bootstrap_servers, uri, *log.flags)


def restore(backup: str, uri: str) -> None:
    """Put the content of a store as it was then in the place of what it holds now."""
    with MongoClient[dict[str, Any]](uri) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            database[name].delete_many({})
        for name, documents in dump(backup).items():
            database[name].insert_many(documents)


def assert_whole(product: Product, log: Log) -> None:
    """Documents and dead letters are what the whole log says."""
    oracle = log.expected()
    for projection in PROJECTIONS:
        assert_exact(product.store, projection, oracle[projection])
    letters = raw_documents(product.store, "analytics_dead_letters")
    assert sorted(letters) == sorted(
        f"{projection}:{log.name(topic)}/{partition}:{offset}"
        for projection, expected in oracle.items()
        for topic, partition, offset in expected.dead_letters
    )


@pytest.mark.parametrize(
    "healing",
    [
        ("consume", "all", "--until-end"),
        ("replay", "all", "--from-offset", "earliest"),
        ("replay", "all", "--from-offset", "5", "--workers", "2"),
    ],
)
def test_a_restored_backup_is_healed(
    product: Product, log: Log, backup: str, healing: tuple[str, ...]
) -> None:
    """Whatever was counted after it is counted again, and what it holds is not."""
    product.ok("consume", "all", "--until-end")
    restore(backup, product.store)
    assert dump(product.store) == dump(backup)
    product.ok(*healing)
    assert_whole(product, log)


def test_a_backfill_while_the_live_run_is_far_behind(product: Product, log: Log) -> None:
    """Two thirds of the log lie above the checkpoint; what is rebuilt is not counted again."""
    product.ok("backfill", "--date", DATES, "--yes")
    oracle = log.expected()
    for projection in PROJECTIONS:
        assert_exact(product.store, projection, oracle[projection])
    checkpoints = raw_documents(product.store, "analytics_checkpoints").values()
    product.ok("consume", "all", "--until-end")
    assert_whole(product, log)
    ends = {each["_id"]: each["next"] for each in checkpoints}
    after = raw_documents(product.store, "analytics_checkpoints").values()
    assert all(ends[each["_id"]] < each["next"] for each in after)


def test_a_backfill_while_the_live_run_is_stopped_and_while_it_is_ahead(
    kafka: KafkaServer, product: Product, log: Log
) -> None:
    """A live run that stood still goes on over the rebuilt dates; then the scan is behind it."""
    restored = dump(product.store)["analytics_checkpoints"]
    live = product.start("consume", "revenue", "--flush-records", "50")
    wait_until(lambda: dump(product.store)["analytics_checkpoints"] != restored)
    live.send_signal(signal.SIGSTOP)
    try:
        product.ok("backfill", "--date", DATES, "--yes", "--workers", "2")
    finally:
        live.send_signal(signal.SIGCONT)
    product.ok("consume", "all", "--until-end")
    assert stop(live).code == 0
    assert_whole(product, log)
    product.ok("backfill", "--date", "2026-10-02", "--yes", "--slack", "1s")
    product.ok("consume", "all", "--until-end")
    assert_whole(product, log)
