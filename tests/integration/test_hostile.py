"""Ids that are more than names: exact in every store, and harmless wherever they are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from tests.cli.command import Command, side_by_side
from tests.oracle.documents import ORDER_TOPIC, TOPIC_OF, USER_TOPIC, expected
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .broker import create_topics
from .databases import fresh_database
from .documents import PROJECTIONS, assert_dead_letters, assert_exact, dump, raw_documents
from .hostile import CONTROLS, DAY, IDS, records, unsafe
from .product import Outcome

HEADERS = [(CONTROLS, CONTROLS.encode()), ("\u202egnp", b"\x1b[2J")]


class Hostile(NamedTuple):
    """The log's topics; a store that has consumed it, and one with nothing in it yet."""

    topics: dict[str, str]
    consumed: Command
    empty: Command


@pytest.fixture(scope="module")
def topics(kafka: KafkaServer) -> dict[str, str]:
    """Both topics, filled."""
    names = {topic: f"{topic}.{uuid4().hex[:8]}" for topic in (USER_TOPIC, ORDER_TOPIC)}
    create_topics(kafka.bootstrap_servers, dict.fromkeys(names.values(), 1))
    producer = KafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, acks="all", enable_idempotence=True
    )
    for topic, name in names.items():
        for each in records(topic):
            producer.send(name, value=each.value, key=each.key, headers=HEADERS, partition=0)
    producer.flush(60)
    producer.close()
    return names


@pytest.fixture(scope="module", params=["mongodb", "sqlite"])
def hostile(
    request: pytest.FixtureRequest,
    kafka: KafkaServer,
    mongo: MongoServer,
    topics: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hostile]:
    """Two stores of a kind."""
    flags = ("--user-topic", topics[USER_TOPIC], "--order-topic", topics[ORDER_TOPIC])

    def command(store: str) -> Command:
        return Command(store, *flags, servers=kafka.bootstrap_servers, COLUMNS="100")

    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("hostile")
        yield _consumed(topics, *(command(f"sqlite:///{folder}/{n}.db") for n in (1, 2)))
    else:
        with fresh_database(mongo) as one, fresh_database(mongo) as other:
            yield _consumed(topics, command(one), command(other))


def _consumed(topics: dict[str, str], consumed: Command, empty: Command) -> Hostile:
    consumed.ok("consume", "all", "--until-end")
    return Hostile(topics, consumed, empty)


def exact(store: str, topics: dict[str, str]) -> None:
    """The store holds what the oracle makes of the log, dead letters included."""
    oracle = {
        each: expected(each, [replace(r, topic=topics[r.topic]) for r in records(TOPIC_OF[each])])
        for each in PROJECTIONS
    }
    for each, found in oracle.items():
        assert_exact(store, each, found)
    assert_dead_letters(store, oracle)


def test_every_id_is_counted_exactly(hostile: Hostile) -> None:
    """As event, order, community and promotion; read again nothing changes; a copy is known."""
    exact(hostile.consumed.store, hostile.topics)
    before = dump(hostile.consumed.store)
    hostile.consumed.ok("replay", "all", "--from-offset", "earliest", "--workers", "2")
    after = dump(hostile.consumed.store)
    for kind in before:
        if "checkpoint" not in kind and "settings" not in kind:
            assert after[kind] == before[kind], kind
    revenue = raw_documents(hostile.consumed.store, "analytics_revenue")[DAY]
    assert set(revenue["revenue_by_community"]) == {*IDS, ""}
    assert set(revenue["revenue_by_promotion"]) == {*IDS, ""}


@pytest.mark.parametrize("hostile", ["sqlite"], indirect=True)
def test_no_command_lets_one_through_to_a_terminal(hostile: Hostile) -> None:
    """Whatever is shown, as a table or as JSON, or as an error, is text and nothing else."""
    order = hostile.topics[ORDER_TOPIC]
    reading: list[Sequence[str]] = [
        ("report", "all", "--date", DAY),
        ("report", "all", "--date", DAY, "--json"),
        ("report", "revenue", "--date", DAY, "--csv"),
        ("dead-letters", "list"),
        ("dead-letters", "list", "--json"),
        ("dead-letters", "retry", "--all"),
        ("explain", f"{order}:0:1"),
        ("explain", CONTROLS),
        ("explain", CONTROLS, "--json"),
        ("replay", "all", "--from-offset", "earliest", "--dry-run"),
        ("consume", "all", "--until-end", "--debug"),
        ("consume", "all", "--until-end", "--log-format", "json"),
        ("runs", "list"),
        ("status",),
        ("status", "--json"),
        ("doctor",),
        *(("explain", name) for name in ("nobody" + CONTROLS, "\x1b[31mred\x1b[0m")),
        *(("dead-letters", verb, CONTROLS) for verb in ("show", "retry", "discard")),
        ("runs", "show", CONTROLS),
    ]
    letters = sorted(raw_documents(hostile.consumed.store, "analytics_dead_letters"))
    for identity in letters[:3]:
        reading += [
            ("dead-letters", "show", identity),
            ("dead-letters", "show", identity, "--json"),
        ]
    assert_harmless(hostile.consumed, reading)
    dates = ("--date", DAY)
    turns: list[Sequence[str]] = [
        ("verify", "all", *dates),
        ("verify", "all", *dates, "--json"),
        ("backfill", "all", *dates, "--dry-run"),
        ("backfill", "all", *dates, "--dry-run", "--json"),
    ]
    shown = assert_harmless(hostile.empty, turns)
    assert all(outcome.code in (0, 8) for outcome in shown.values()), shown
    told = json.loads(shown[turns[3]].out)["differences"]
    assert {*IDS, ""} <= {each["key"] for each in told}
    assert_harmless(hostile.empty, [("backfill", "all", *dates, "--yes")])
    (run,) = raw_documents(hostile.empty.store, "analytics_runs")
    assert_harmless(
        hostile.empty,
        [("runs", "show", run), ("runs", "show", run, "--json"), ("runs", "list", "--json")],
    )


def test_every_id_is_rebuilt_exactly(hostile: Hostile) -> None:
    """A backfill makes the same documents of the same log."""
    hostile.empty.ok("backfill", "all", "--date", DAY, "--yes")
    exact(hostile.empty.store, hostile.topics)


def assert_harmless(
    command: Command, lines: Sequence[Sequence[str]]
) -> dict[Sequence[str], Outcome]:
    """Run every line; each says something, and nothing of it is anything but text."""
    outcomes = side_by_side({line: lambda line=line: command.run(*line) for line in lines}, 2)
    bad = {
        line: unsafe(outcome.out + outcome.err)
        for line, outcome in outcomes.items()
        if unsafe(outcome.out + outcome.err)
    }
    assert not bad, "\n".join(f"{line}: {sorted(found)}" for line, found in bad.items())
    for line, outcome in outcomes.items():
        assert "unexpected" not in outcome.err, f"{line}\n{outcome.err}"
        assert outcome.out + outcome.err, line
    return outcomes


@pytest.mark.parametrize("name", ["\x1b[31mred\x1b[0m\u202e.ndjson", "\udcff\udcfe \x9b.ndjson"])
def test_a_file_of_any_name(hostile: Hostile, tmp_path: Path, name: str) -> None:
    """Names that are no UTF-8 or do not print: replayed, listed, shown, and harmless."""
    path = tmp_path / name
    good = json.dumps({"event_id": f"in {name!r}", "event_type": "order.created"})[:-1]
    path.write_bytes(good.encode() + b',"occurred_at":"2026-10-05T10:00:00Z"}\n\x1b[31mbad\n')
    before = raw_documents(hostile.consumed.store, "analytics_dead_letters").keys()
    lines = [("replay", "order-funnel", "--source", str(path))]
    shown = assert_harmless(hostile.consumed, lines)
    assert shown[lines[0]].code == 0, shown[lines[0]].err
    after = raw_documents(hostile.consumed.store, "analytics_dead_letters")
    (identity,) = after.keys() - before
    listed = [("dead-letters", "show", identity), ("dead-letters", "list")]
    shown = assert_harmless(hostile.consumed, [*listed, ("dead-letters", "list", "--json")])
    assert all(outcome.code == 0 for outcome in shown.values())
    assert ".ndjson" in shown[listed[0]].out


def test_words_that_were_typed(kafka: KafkaServer, tmp_path: Path) -> None:
    """Names of commands, reports, projections, topics, files and profiles that are not there."""
    command = Command(f"sqlite:///{tmp_path}/store.db", servers=kafka.bootstrap_servers)
    lines: list[Sequence[str]] = [
        ("report", CONTROLS),
        ("report", "--date", CONTROLS),
        ("consume", CONTROLS),
        ("consume", "revenue", "--start", CONTROLS),
        ("consume", "revenue", "--workers", CONTROLS),
        ("consume", "revenue", "--order-topic", CONTROLS, "--until-end", "--timeout", "2"),
        ("replay", "--source", CONTROLS),
        ("replay", "--from-offset", CONTROLS),
        ("report", "--timezone", CONTROLS),
        ("report", "--store", f"sqlite:////nowhere/{CONTROLS}/x.db"),
        ("report", "--config", CONTROLS),
        ("report", "--profile", CONTROLS),
        (CONTROLS,),
    ]
    shown = assert_harmless(command, lines)
    assert {outcome.code for outcome in shown.values()} <= {2, 5, 6, 7}, shown
