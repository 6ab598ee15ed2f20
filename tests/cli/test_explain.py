"""`explain`: what became of a record, by its coordinate and by its event id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition

from tests.integration.broker import create_topics
from tests.integration.databases import fresh_database
from tests.oracle.sample import attribute, event
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import Command, refused
from .mended import DATES, Consumed, append, consumed


@pytest.fixture(scope="module")
def store(kafka: KafkaServer, mongo: MongoServer) -> Iterator[Consumed]:
    """A consumed log, and one event above the checkpoint."""
    with fresh_database(mongo) as uri:
        made = consumed(kafka.bootstrap_servers, uri)
        late = event("order.created", at=f"{DATES[0]}T23:00Z", event_id="late")
        append(kafka.bootstrap_servers, made.topic, [late])
        yield made


def told(store: Consumed, subject: str) -> dict[str, dict[str, Any]]:
    """Projection → what is told of it as JSON."""
    document = json.loads(store.command.ok("explain", subject, "--json"))
    assert document["schema"] == "sc-analytics.explain/1"
    return {each["projection"]: each for each in document["explanations"]}


FATES = [
    (0, "counted", "skipped"),
    (2, "duplicate", "skipped"),
    (3, "counted", "counted"),
    (4, "counted", "dead letter"),
    (5, "skipped", "skipped"),
    (6, "skipped", "skipped"),
    (7, "skipped", "counted"),
    (8, "not absorbed yet", "skipped"),
]


def test_an_offset_below_zero_counts_back_from_the_end(store: Consumed) -> None:
    """As in a SPEC: -1 is the last record, which always is there."""
    found = told(store, f"{store.topic}:0:-1")
    assert found == told(store, f"{store.topic}:0:8")
    refused(store.command.run("explain", f"{store.topic}:0:-99"), 6, "holds the offsets 0 to 8")
    refused(store.command.run("explain", f"{store.topic}:7:-1"), 6, "no partition 7", advised=False)


@pytest.mark.parametrize(("offset", "funnel", "revenue"), FATES)
def test_the_fate_of_a_record_in_each_projection(
    store: Consumed, offset: int, funnel: str, revenue: str
) -> None:
    """Counted, duplicate, dead letter, skipped, or not absorbed."""
    found = told(store, f"{store.topic}:0:{offset}")
    assert {name: each["fate"] for name, each in found.items()} == {
        "order-funnel": funnel,
        "revenue": revenue,
    }
    assert {each["coordinate"] for each in found.values()} == {f"{store.topic}/0:{offset}"}


def test_what_it_adds_to_which_document(store: Consumed) -> None:
    """A payment in both projections; the attribution adds to the payment's date."""
    found = told(store, f"{store.topic}:0:3")
    assert found["revenue"]["event_id"] == "payment"
    assert (found["revenue"]["date"], found["revenue"]["hour"]) == (DATES[2], "12")
    assert [(add["field"], add["amount"], add["date"]) for add in found["revenue"]["adds"]] == [
        ("gross_revenue_cents", 1250, DATES[2]),
        ("paid_orders", 1, DATES[2]),
    ]
    (add,) = found["order-funnel"]["adds"]
    assert (add["field"], add["amount"]) == ("payments_succeeded", 1)
    (add,) = told(store, f"{store.topic}:0:7")["revenue"]["adds"]
    assert (add["field"], add["key"], add["amount"], add["date"]) == (
        "revenue_by_community",
        "läufer.köln",
        1250,
        DATES[2],
    )


def test_in_words(store: Consumed) -> None:
    """Which coordinate a duplicate belongs to, and why a dead letter is one."""
    duplicate = store.command.ok("explain", f"{store.topic}:0:2")
    assert f"duplicate: its id belongs to {store.topic}/0:0" in duplicate
    dead = store.command.ok("explain", f"{store.topic}/0:4")
    assert "dead letter: " in dead
    assert "amount_cents" in dead
    counted = store.command.ok("explain", f"{store.topic}:0:3")
    assert f"event payment, {DATES[2]} hour 12" in counted
    assert f"adds 1,250 to gross_revenue_cents on {DATES[2]}" in counted


def test_by_the_id_of_a_dead_letter(store: Consumed) -> None:
    """As the list prints it: the projection before the coordinate."""
    letter = store.command.ok("explain", f"order-funnel:{store.topic}/0:4")
    assert letter == store.command.ok("explain", f"{store.topic}/0:4")


def test_what_the_event_is(store: Consumed) -> None:
    """Its type, when it happened and its order, also of one that is a dead letter or skipped."""
    found = told(store, f"{store.topic}:0:4")["order-funnel"]
    assert (found["event_type"], found["order_id"]) == ("order.payment_succeeded", "o-1")
    assert found["occurred_at"] == f"{DATES[2]}T13:00Z"
    words = store.command.ok("explain", f"{store.topic}:0:4")
    assert f"order.payment_succeeded, occurred at {DATES[2]}T13:00Z, order o-1" in words
    assert "a tombstone: it has no value" in store.command.ok("explain", f"{store.topic}:0:5")
    unlisted = store.command.ok("explain", f"{store.topic}:0:6")
    assert "it does not count events of the type order.note_added" in unlisted


def beside(kafka: KafkaServer, store: Consumed, name: str, *values: Any) -> tuple[Command, str]:
    """A topic of one partition beside the store's own, and the command on it."""
    topic = f"{store.topic}.{name}"
    create_topics(kafka.bootstrap_servers, {topic: 1})
    append(kafka.bootstrap_servers, topic, list(values))
    flags = ("--order-topic", topic)
    return Command(store.command.store, *flags, servers=kafka.bootstrap_servers), topic


def test_an_attribution_that_waits_for_its_payment(kafka: KafkaServer, store: Consumed) -> None:
    """It is remembered, and takes effect later."""
    command, topic = beside(kafka, store, "waiting", attribute("o-7", community_id="läufer"))
    command.ok("consume", "revenue", "--until-end")
    words = command.ok("explain", f"{topic}:0:0")
    assert "remembered for order o-7: takes effect with its payments" in words


def test_by_event_id(store: Consumed) -> None:
    """The coordinate that owns the id is explained."""
    assert told(store, "first")["order-funnel"]["coordinate"] == f"{store.topic}/0:0"
    assert told(store, "payment")["revenue"]["fate"] == "counted"


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("nobody", "no projection has counted an event 'nobody'"),
        ("{topic}:0:9", "it ends at 8: sc-analytics explain {topic}:0:8"),
        ("{topic}:7:0", "sc-analytics explain {topic}:0:0"),
        ("nowhere:0:0", "nowhere"),
    ],
)
def test_what_is_not_there(store: Consumed, subject: str, words: str) -> None:
    """Exit 6, and what is there instead."""
    outcome = store.command.run("explain", subject.format(topic=store.topic))
    refused(outcome, 6, words.format(topic=store.topic))


def test_below_the_start_of_the_log(kafka: KafkaServer, store: Consumed) -> None:
    """Retention is the cause, and the first record that is left is named."""
    command, topic = beside(kafka, store, "short", None, None, None)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    admin.delete_records({TopicPartition(topic, 0): 2})
    admin.close()
    outcome = command.run("explain", f"{topic}:0:0")
    refused(outcome, 6, "retention", f"it begins at 2: sc-analytics explain {topic}:0:2")


@pytest.mark.parametrize(
    ("subject", "partition"), [("{topic}:0", "0"), ("{topic}", "0"), ("{topic}/3:", "3")]
)
def test_a_forgotten_offset(store: Consumed, subject: str, partition: str) -> None:
    """A topic of ours, or a partition of it, is no event id."""
    outcome = store.command.run("explain", subject.format(topic=store.topic))
    next_one = f"sc-analytics explain {store.topic}:{partition}:OFFSET"
    refused(outcome, 2, "names no offset", next_one)


@pytest.mark.parametrize("subject", ["{topic}:x:1", "{topic}:0:1x", "{topic}/0/5"])
def test_what_begins_with_a_topic_and_is_no_coordinate(store: Consumed, subject: str) -> None:
    """It is hardly an event id, and not told to be one that nobody knows."""
    outcome = store.command.run("explain", subject.format(topic=store.topic))
    refused(outcome, 6, "is no place in", f"sc-analytics explain {store.topic}:PARTITION:OFFSET")


def test_nothing_is_named(store: Consumed) -> None:
    """An empty argument, as of a variable that is not set, is no event id."""
    refused(store.command.run("explain", ""), 2, "which record?")


def test_a_topic_that_nobody_counts(kafka: KafkaServer, store: Consumed) -> None:
    """It is said rather than nothing."""
    _, topic = beside(kafka, store, "other", None)
    refused(store.command.run("explain", f"{topic}:0:0"), 2, "no projection reads", store.topic)
