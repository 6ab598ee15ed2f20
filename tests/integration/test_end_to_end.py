"""200,000 events on real servers: live, replayed, from an archive and embedded, all exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.oracle.documents import Expected, expected
from tests.oracle.traffic import Traffic, traffic
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .broker import publish
from .databases import fresh_database
from .documents import PROJECTIONS, assert_dead_letters, assert_exact, dump
from .product import Product

EVENTS = 200_000


@dataclass(frozen=True)
class World:
    """A broker with the log on it, and what must come of it."""

    servers: str
    traffic: Traffic
    expected: dict[str, Expected]


@pytest.fixture(scope="module")
def world(kafka: KafkaServer) -> World:
    """30 days in 6 partitions: duplicates, late and malformed events among them."""
    made = traffic(seed=20261001, events=EVENTS, days=30, text_only=True)
    publish(kafka.bootstrap_servers, made.records)
    oracle = {each: expected(each, made.of(each)) for each in PROJECTIONS}
    return World(kafka.bootstrap_servers, made, oracle)


@pytest.fixture(scope="module")
def live(world: World, mongo: MongoServer) -> Iterator[Product]:
    """A store that all three projections have consumed the log into, live."""
    with fresh_database(mongo) as uri:
        product = Product(world.servers, uri)
        product.ok("consume", "all", "--until-end", timeout=300)
        yield product


def check(store: str, world: World) -> None:
    for projection in PROJECTIONS:
        assert_exact(store, projection, world.expected[projection])


def test_live_running_equals_the_oracle(world: World, live: Product) -> None:
    """Every document of `consume all --until-end` equals the oracle, field by field."""
    check(live.store, world)
    assert_dead_letters(live.store, world.expected)


def test_nothing_changes_when_it_is_all_read_again(world: World, live: Product) -> None:
    """The same run again, and a replay from 0 over it, leave every byte as it was."""
    before = dump(live.store)
    live.ok("consume", "all", "--until-end")
    assert dump(live.store) == before
    live.ok("replay", "all", "--from-offset", "0", timeout=300)
    assert dump(live.store) == before


def test_a_dry_run_over_it_finds_nothing_to_change(world: World, live: Product) -> None:
    """`replay --dry-run` of the absorbed log says so, and writes nothing."""
    before = dump(live.store)
    out = live.ok("replay", "order-funnel", "--from-offset", "earliest", "--dry-run")
    assert out.strip() == "nothing differs"
    assert dump(live.store) == before


def test_replay_into_an_empty_store_equals_the_oracle(
    world: World, mongo_standalone: MongoServer
) -> None:
    """`replay all`, two workers, into a standalone MongoDB gives the same documents."""
    with fresh_database(mongo_standalone) as uri:
        product = Product(world.servers, uri)
        product.ok("replay", "all", "--from-offset", "earliest", "--workers", "2", timeout=300)
        check(uri, world)
        assert_dead_letters(uri, world.expected)


def test_an_archive_replayed_into_sqlite_equals_the_oracle(world: World, tmp_path: Path) -> None:
    """A `kcat -J` archive gives the same documents, and consuming the topic adds nothing."""
    archive = tmp_path / "archive.json"
    world.traffic.as_kcat(archive)
    product = Product(world.servers, f"sqlite:///{tmp_path}/{uuid4().hex}.db")
    product.ok("replay", "--source", str(archive), timeout=300)
    check(product.store, world)
    assert_dead_letters(product.store, world.expected)
    before = dump(product.store)
    product.ok("consume", "all", "--until-end")
    assert dump(product.store) == before


def test_consuming_into_sqlite_equals_the_oracle(world: World, tmp_path: Path) -> None:
    """Three processes writing one embedded store at once lose nothing."""
    product = Product(world.servers, f"sqlite:///{tmp_path}/live.db", "--timeout", "60")
    product.ok("consume", "all", "--until-end", timeout=300)
    check(product.store, world)
