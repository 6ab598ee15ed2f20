"""`dead-letters retry` and `discard`: counted once, or closed without being counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.databases import fresh_database
from tests.integration.documents import dump, raw_documents
from tests.oracle.sample import pay
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import refused
from .mended import DATES, RANGE, Consumed, consumed, edit

LETTERS = "analytics_dead_letters"
READABLE = json.dumps(pay("o-1", 12, at=f"{DATES[2]}T13:00Z") | {"event_id": "broken"}).encode()


@pytest.fixture
def store(kafka: KafkaServer, mongo: MongoServer) -> Iterator[Consumed]:
    """A consumed log of which revenue could not read one payment."""
    with fresh_database(mongo) as uri:
        yield consumed(kafka.bootstrap_servers, uri)


def letter(store: Consumed) -> dict[str, Any]:
    """The one dead letter that there is."""
    (found,) = raw_documents(store.command.store, LETTERS).values()
    return found


def revenue(store: Consumed) -> int:
    """What was earned on the payment's date."""
    cents: int = raw_documents(store.command.store, "analytics_revenue")[DATES[2]][
        "gross_revenue_cents"
    ]
    return cents


def learn_to_read(store: Consumed) -> str:
    """Make the kept record readable, as if the product had learnt to read it; returns its id."""
    identity: str = letter(store)["_id"]
    change = {"$set": {"value": READABLE, "value_bytes": len(READABLE)}}
    edit(store.command.store, LETTERS, identity, change)
    return identity


def test_what_can_be_read_is_counted_once(store: Consumed) -> None:
    """Its amount is attributed like any other; a second retry changes nothing."""
    identity = learn_to_read(store)
    assert revenue(store) == 1250
    assert store.command.ok("dead-letters", "retry", identity).splitlines() == [
        f"{identity}: retried",
        f"    adds 12 to gross_revenue_cents on {DATES[2]}",
        f"    adds 12 to revenue_by_community of läufer.köln on {DATES[2]}",
    ]
    assert letter(store)["status"] == "retried"
    document = raw_documents(store.command.store, "analytics_revenue")[DATES[2]]
    assert document["gross_revenue_cents"] == 1262
    assert document["revenue_by_community"] == {"läufer.köln": 1262}
    again = store.command.run("dead-letters", "retry", identity)
    assert again.code == 3
    assert again.out == f"{identity}: retried already\n"
    none = store.command.run("dead-letters", "retry", "--all")
    assert (none.code, none.out, none.err) == (0, "", "no dead letter is open\n")
    store.command.ok("replay", "revenue", "--from-offset", "earliest")
    store.command.ok("consume", "revenue", "--until-end")
    assert revenue(store) == 1262


def test_a_backfill_leaves_what_the_log_says(store: Consumed) -> None:
    """The log still holds what nobody can read: a rebuilt date is without it."""
    identity = learn_to_read(store)
    store.command.ok("dead-letters", "retry", identity)
    store.command.ok("backfill", "revenue", "--date", RANGE, "--yes")
    assert revenue(store) == 1250


def test_what_cannot_be_read_stays_open(store: Consumed) -> None:
    """Exit 3 with the reason; nothing else changes."""
    before = dump(store.command.store)
    outcome = store.command.run("dead-letters", "retry", "--all")
    assert outcome.code == 3
    assert "amount_cents" in outcome.out
    assert "1 dead letter stays as it is" in outcome.err
    assert dump(store.command.store) == before


def test_what_is_discarded_is_closed_without_being_counted(store: Consumed) -> None:
    """It stays listed; who names it in a retry counts it after all."""
    identity = learn_to_read(store)
    assert store.command.ok("dead-letters", "discard", identity) == f"{identity}: discarded\n"
    listed = json.loads(store.command.ok("dead-letters", "list", "--json"))["dead_letters"]
    assert [(each["id"], each["status"]) for each in listed] == [(identity, "discarded")]
    assert "discarded" in store.command.ok("explain", identity)
    assert store.command.ok("dead-letters", "discard", identity) == f"{identity}: discarded\n"
    assert store.command.ok("dead-letters", "retry", "--all") == ""
    assert revenue(store) == 1250
    store.command.ok("dead-letters", "retry", identity)
    assert (revenue(store), letter(store)["status"]) == (1262, "retried")
    assert store.command.ok("dead-letters", "discard", "--all") == ""


def test_what_is_counted_cannot_be_discarded(store: Consumed) -> None:
    """It says so, and exits with 3."""
    identity = learn_to_read(store)
    store.command.ok("dead-letters", "retry", identity)
    outcome = store.command.run("dead-letters", "discard", identity)
    assert (outcome.code, outcome.out) == (3, f"{identity}: retried already\n")
    assert letter(store)["status"] == "retried"


@pytest.mark.parametrize("verb", ["retry", "discard"])
def test_which_ones_must_be_said(store: Consumed, verb: str) -> None:
    """Ids or all, not both; and only those that there are: nothing is closed otherwise."""
    identity = letter(store)["_id"]
    refused(store.command.run("dead-letters", verb), 2, "which dead letters?")
    refused(store.command.run("dead-letters", verb, identity, "--all"), 2, "which dead letters?")
    missing = store.command.run("dead-letters", verb, identity, "nothing:0")
    refused(missing, 6, "there is no dead letter 'nothing:0'")
    nameless = identity.partition(":")[2]
    for named in (nameless, nameless.replace("/", ":")):
        refused(store.command.run("dead-letters", verb, named), 6, f"{identity} may be meant")
    assert letter(store)["status"] == "open"
