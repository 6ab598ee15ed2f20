"""`dead-letters`: what could not be read, by projection and coordinate, with the raw record."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.broker import create_topics, produce
from tests.oracle.documents import LogRecord
from tests.oracle.sample import event, pay
from tests.servers.kafka import KafkaServer

from .command import Command, refused
from .labelled import order_created

BROKEN = [
    b"not json \x1b[31m",
    order_created(0, 1),
    json.dumps(pay("o-1", "12")).encode(),
    json.dumps(event("order.shipped", at="yesterday")).encode(),
]
"""No JSON; a sound event; a payment without a readable amount; no date-time."""


@pytest.fixture(scope="module")
def store(kafka: KafkaServer, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A store that two projections have consumed `BROKEN` into."""
    topic = f"broken.{uuid4().hex[:8]}"
    create_topics(kafka.bootstrap_servers, {topic: 1})
    records = [LogRecord(topic, 0, at, value, b"key-7") for at, value in enumerate(BROKEN)]
    produce(kafka.bootstrap_servers, records)
    address = f"sqlite:///{tmp_path_factory.mktemp('broken')}/store.db"
    command = Command(address, servers=kafka.bootstrap_servers, SC_ANALYTICS_ORDER_TOPIC=topic)
    command.ok("consume", "order-funnel", "revenue", "--until-end")
    return command


def listed(command: Command) -> list[dict[str, Any]]:
    """The dead letters that `list --json` gives."""
    document = json.loads(command.ok("dead-letters", "list", "--json"))
    assert list(document) == ["schema", "dead_letters"]
    assert document["schema"] == "sc-analytics.dead-letters/1"
    return document["dead_letters"]


def test_the_list_as_json(store: Command) -> None:
    """Each projection lists what it could not read itself, and nothing else."""
    letters = listed(store)
    assert [(letter["projection"], letter["offset"]) for letter in letters] == [
        ("order-funnel", 0),
        ("order-funnel", 3),
        ("revenue", 0),
        ("revenue", 2),
    ]
    for letter in letters:
        assert list(letter)[:7] == [
            "id",
            "projection",
            "topic",
            "partition",
            "offset",
            "reason",
            "status",
        ]
        assert letter["partition"] == 0
        assert letter["status"] == "open"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", letter["first_seen"])
    assert "JSON" in letters[0]["reason"]
    assert "occurred_at" in letters[1]["reason"]
    assert "amount_cents" in letters[3]["reason"]


def test_a_second_reading_lists_nothing_twice(store: Command) -> None:
    """Ids and the first time they were seen stay as they were."""
    before = listed(store)
    store.ok("replay", "order-funnel", "revenue", "--from-offset", "earliest")
    assert listed(store) == before
    assert len({letter["id"] for letter in before}) == 4


def test_the_list_as_a_table(store: Command) -> None:
    """Ids to copy and reasons; on stdout alone."""
    outcome = Command(store.store, COLUMNS="240").run("dead-letters", "list")
    assert outcome.code == 0
    assert outcome.err == ""
    for letter in listed(store):
        (line,) = [each for each in outcome.out.splitlines() if letter["id"] in each.split()]
        assert letter["reason"] in line
    assert "dead-letters show" in outcome.out


def test_on_a_narrow_terminal_each_line_begins_with_the_status(store: Command) -> None:
    """Ids and reasons are folded, statuses never; their counts stand below."""
    out = Command(store.store, COLUMNS="80").ok("dead-letters", "list")
    begun = [line.split()[0] for line in out.splitlines() if line[:3].strip()]
    assert begun.count("open") == 4
    assert "4 open; sc-analytics dead-letters show ID tells more" in out
    assert max(map(len, out.splitlines())) <= 80


def test_one_is_shown_with_its_record(store: Command) -> None:
    """The raw value and the key; what would steer a terminal is made visible."""
    letter = listed(store)[0]
    outcome = store.run("dead-letters", "show", letter["id"])
    assert outcome.code == 0
    assert outcome.err == ""
    assert letter["reason"] in outcome.out
    assert "key-7" in outcome.out
    assert r"not json \x1b[31m" in outcome.out
    assert "\x1b" not in outcome.out


def test_one_is_shown_as_json(store: Command) -> None:
    """The bytes of key and value come back exactly."""
    letter = listed(store)[3]
    document = json.loads(store.ok("dead-letters", "show", letter["id"], "--json"))
    (shown,) = document["dead_letters"]
    assert {name: shown[name] for name in letter} == letter
    assert b64decode(shown["value_base64"]) == BROKEN[2]
    assert b64decode(shown["key_base64"]) == b"key-7"


def test_one_that_there_is_not(store: Command) -> None:
    """Exit 6, and how to see those that there are."""
    outcome = store.run("dead-letters", "show", "revenue:nothing/0:1")
    refused(outcome, 6, "there is no dead letter", "sc-analytics dead-letters list")


def test_a_file_is_its_topic_and_lines_are_its_offsets(tmp_path: Path, embedded: str) -> None:
    """A bad line is found again by the file's name and the line's number."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(order_created(0, 0) + b"\n\n{}\n")
    command = Command(embedded)
    command.ok("replay", "order-funnel", "--source", str(file))
    (letter,) = listed(command)
    assert (letter["topic"], letter["partition"], letter["offset"]) == (str(file), 0, 3)


def test_no_dead_letters(tmp_path: Path, embedded: str) -> None:
    """An empty list is a document too, and words for a person."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(order_created(0, 0))
    command = Command(embedded)
    command.ok("replay", "order-funnel", "--source", str(file))
    assert listed(command) == []
    assert command.ok("dead-letters", "list").strip() == "no dead letters"
