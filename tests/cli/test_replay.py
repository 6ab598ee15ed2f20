"""`replay` from the log and from files: what it fills in, shows, and leaves alone."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
import zstandard
from pymongo import MongoClient

from tests.integration.broker import create_topics, produce
from tests.integration.databases import fresh_database
from tests.integration.documents import PROJECTIONS, assert_exact, dump
from tests.integration.topics import Log, new_log
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import Command, plain
from .labelled import Labelled, absorbed, order_created

FIVE = b"".join(order_created(0, line) + b"\n" for line in range(1, 6))
"""Five events; the one at line N is called "0:N"."""


def test_several_workers_are_exact(kafka: KafkaServer, mongo: MongoServer, traffic: Log) -> None:
    """Three processes sharing six partitions, twice over, lead to the oracle's documents."""
    with fresh_database(mongo) as uri:
        command = Command(uri, *traffic.flags, servers=kafka.bootstrap_servers)
        for _ in range(2):
            assert command.ok("replay", "--from-offset", "earliest", "--workers", "3") == ""
        for projection, expected in traffic.expected().items():
            assert_exact(uri, projection, expected)


def test_more_workers_than_partitions(labelled: Labelled, embedded: str) -> None:
    """Those without work end well."""
    command = Command(embedded, *labelled.flags, servers=labelled.servers)
    command.ok("replay", "order-funnel", "--from-offset", "1:0", "--workers", "4")
    assert absorbed(embedded) == {"1:0", "1:1", "1:2"}


def test_the_history_begins_where_a_replay_into_an_empty_store_does(
    labelled: Labelled, embedded: str
) -> None:
    """It says so, and consuming goes on from its end."""
    command = Command(embedded, *labelled.flags, servers=labelled.servers)
    outcome = command.run(
        "replay", "order-funnel", "--from-offset", "0:1,1:2", "--to-offset", "0:2,1:3"
    )
    assert outcome.code == 0
    plain(
        outcome,
        f"order-funnel: its history begins with {labelled.topic}/0 at 1, {labelled.topic}/1 at 2",
    )
    assert absorbed(embedded) == {"0:1", "1:2"}
    command.ok("consume", "order-funnel", "--until-end")
    assert absorbed(embedded) == {"0:1", "0:2", "0:3", "0:4", "1:2"}


@pytest.fixture(scope="module")
def begun_late(kafka: KafkaServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Log]:
    """A store begun at `latest` in the middle of a log, and replayed from its first record."""
    log = new_log(seed=23, events=1_000)
    topics = ("sc.domain.user", "sc.domain.order")
    create_topics(kafka.bootstrap_servers, {log.name(topic): 6 for topic in topics})
    store = f"sqlite:///{tmp_path_factory.mktemp('late')}/store.db"
    command = Command(store, *log.flags, servers=kafka.bootstrap_servers)
    early = {topic: len(log.records(topic)) // 3 for topic in topics}
    for topic in topics:
        produce(kafka.bootstrap_servers, log.records(topic)[: early[topic]])
    command.ok("consume", "all", "--start", "latest", "--until-end")
    for topic in topics:
        produce(kafka.bootstrap_servers, log.records(topic)[early[topic] :])
    command.ok("consume", "all", "--until-end")
    command.ok("replay", "all", "--from-offset", "earliest")
    return store, log


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_below_the_start_of_history(begun_late: tuple[str, Log], projection: str) -> None:
    """A replay from below where a store's history began makes it whole."""
    store, log = begun_late
    assert_exact(store, projection, log.expected()[projection])


def test_a_dry_run_shows_what_would_change(labelled: Labelled, embedded: str) -> None:
    """Each figure before, after and the difference on stdout; not a byte of the store changes."""
    command = Command(embedded, *labelled.flags, servers=labelled.servers)
    line = ("replay", "order-funnel", "--from-offset", "0:0", "--to-offset")
    command.ok(*line, "0:1")
    before = dump(embedded)
    outcome = command.run(*line, "0:2", "--dry-run")
    assert outcome.code == 0, outcome.err
    assert dump(embedded) == before
    plain(outcome, "dry run: nothing was written")
    assert [line.split() for line in outcome.out.splitlines() if line.strip()] == [
        ["order-funnel"],
        ["date", "field", "before", "after", "difference"],
        [ANY],
        ["2001-01-02", "orders_created", "–", "1", "+1"],
        *(
            [name, "–", "0", "+0"]
            for name in (
                "payments_initiated",
                "payments_succeeded",
                "payments_failed",
                "orders_confirmed",
                "orders_shipped",
                "orders_delivered",
                "orders_cancelled",
            )
        ),
        ["confirmation_rate", "–", "0.0000"],
    ]


def test_a_dry_run_into_nothing_writes_nothing(
    labelled: Labelled, mongo_database: str, kafka: KafkaServer
) -> None:
    """An empty database stays empty: no checkpoint, no claim, no settings."""
    command = Command(mongo_database, *labelled.flags, servers=kafka.bootstrap_servers)
    out = command.ok("replay", "order-funnel", "--from-offset", "1:0", "--dry-run")
    created = [line.split()[0] for line in out.splitlines() if "orders_created" in line]
    assert created == ["2002-01-01", "2002-01-02", "2002-01-03"]
    with MongoClient[dict[str, Any]](mongo_database) as client:
        assert client.get_default_database().list_collection_names() == []


@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ((), {1, 2, 3, 4, 5}),
        (("--from-offset", "2"), {2, 3, 4, 5}),
        (("--from-offset", "2", "--to-offset", "4"), {2, 3}),
        (("--from-offset", "-2"), {4, 5}),
    ],
)
def test_a_file_by_its_lines(
    tmp_path: Path, embedded: str, kind: str, flags: tuple[str, ...], wanted: set[int]
) -> None:
    """Line numbers are its offsets; gzip and zstd are told by content, not by name."""
    file = tmp_path / "events"
    file.write_bytes(_packed(kind))
    Command(embedded).ok("replay", "order-funnel", "--source", str(file), *flags)
    assert absorbed(embedded) == {f"0:{line}" for line in wanted}


@pytest.mark.parametrize("kind", ["plain", "gzip"])
def test_standard_input_is_a_file(embedded: str, kind: str) -> None:
    """`--source -`; the same bytes as a file later are the same events."""
    outcome = Command(embedded).fed(_packed(kind), "replay", "order-funnel", "--source", "-")
    assert outcome.code == 0, outcome.err
    assert outcome.out == ""
    assert absorbed(embedded) == {f"0:{line}" for line in range(1, 6)}


def test_blank_lines_have_numbers(tmp_path: Path, embedded: str) -> None:
    """They are skipped, but the lines behind them keep their places."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(order_created(0, 1) + b"\n\n  \r\n" + order_created(0, 4))
    Command(embedded).ok("replay", "order-funnel", "--source", str(file), "--from-offset", "4")
    assert absorbed(embedded) == {"0:4"}


def _packed(kind: str) -> bytes:
    if kind == "gzip":
        return gzip.compress(FIVE)
    return zstandard.compress(FIVE) if kind == "zstd" else FIVE
