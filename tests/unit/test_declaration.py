"""A projection is declared once; everything else follows from the declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from sc_analytics_cli.decode.fields import Envelope, cents, order_id, payload
from sc_analytics_cli.errors import DeclarationError
from sc_analytics_cli.event import Add, Effect, Fact
from sc_analytics_cli.fold.field import (
    Cents,
    CentsBy,
    Count,
    Difference,
    Document,
    Mean,
    Ratio,
    Tally,
)
from sc_analytics_cli.fold.journal import Booking, Bookkeeper, Entry
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.projections.declaration import DailyProjection, FactReader, Projection
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore
from tests.fakes import FakeClock, MemoryLog

SHAPES = {
    "user-lifecycle": [
        "date",
        "registrations",
        "verifications",
        "verification_rate",
        "leaders_promoted",
        "leaders_demoted",
        "suspensions",
        "reactivations",
        "deletions",
        "login_successes",
        "login_failures",
        "accounts_locked",
    ],
    "order-funnel": [
        "date",
        "orders_created",
        "payments_initiated",
        "payments_succeeded",
        "payments_failed",
        "orders_confirmed",
        "orders_shipped",
        "orders_delivered",
        "orders_cancelled",
        "payment_success_rate",
        "confirmation_rate",
        "completion_rate",
    ],
    "revenue": [
        "date",
        "gross_revenue_cents",
        "refunded_cents",
        "net_revenue_cents",
        "paid_orders",
        "refunded_orders",
        "average_order_value_cents",
        "revenue_by_community",
        "revenue_by_promotion",
    ],
}
"""The fields of the event contract, in its order."""


EVENTS: dict[str, dict[str, object]] = {
    "user-lifecycle": {"event_type": "user.created"},
    "order-funnel": {"event_type": "order.created"},
    "revenue": {
        "event_type": "order.payment_succeeded",
        "payload": {"order_id": "o", "amount_cents": 5},
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_field_of_the_contract_is_there_in_its_order(name: str) -> None:
    """In the document of a date on which nothing happened yet, and in a stored one."""
    (projection,) = named([name])
    ours = ["_id", *SHAPES[name], "hours", "source"]
    assert list(projection.shape.empty("2026-10-01")) == ours
    (stored,) = folded(projection, EVENTS[name])
    assert list(stored) == [*ours, "version", "updated_at", "rev"]


@pytest.mark.parametrize(
    ("name", "ratios"),
    [
        ("user-lifecycle", {"verification_rate": Ratio("verifications", "registrations")}),
        (
            "order-funnel",
            {
                "payment_success_rate": Ratio("payments_succeeded", "payments_initiated"),
                "confirmation_rate": Ratio("orders_confirmed", "orders_created"),
                "completion_rate": Ratio("orders_delivered", "orders_confirmed"),
            },
        ),
        (
            "revenue",
            {
                "net_revenue_cents": Difference("gross_revenue_cents", "refunded_cents"),
                "average_order_value_cents": Mean("gross_revenue_cents", "paid_orders"),
            },
        ),
    ],
)
def test_derived_fields_are_those_of_the_contract(name: str, ratios: dict[str, object]) -> None:
    """And no others."""
    (projection,) = named([name])
    fields = projection.shape.fields
    derived = {k: f for k, f in fields.items() if isinstance(f, Ratio | Difference | Mean)}
    assert derived == ratios


class SearchDaily(DailyProjection, name="site-search", report="search", topic="web", version=4):
    """How people searched, and whether they found anything."""

    searches = Count("web.searched")
    misses = Count("web.searched", when=lambda envelope, rules: payload(envelope).get("hits") == 0)
    miss_rate = Ratio("misses", "searches")
    clicks = Count("web.clicked")
    unclicked = Difference("searches", "clicks")


def folded(
    projection: Projection, *events: Mapping[str, object], store: MemoryStore | None = None
) -> list[Document]:
    """The documents that a log of these events leads to, an event an hour."""
    log, store = MemoryLog("t", 1), store or MemoryStore()
    for number, event in enumerate(events):
        envelope = {"event_id": f"e-{number}", "occurred_at": f"2026-10-01T{number:02}:00Z"}
        log.append("t/0", json.dumps({**envelope, **event}).encode())
    flush = Flush(projection, store, Rules(), FakeClock(datetime(2026, 10, 2, tzinfo=UTC)).now)
    flush.write([log.chunk("t/0", 0, len(events))])
    return list(store.scan(projection.collection()))


def test_a_new_projection_is_folded_stored_and_derived() -> None:
    """With no edit anywhere else."""
    (document,) = folded(
        SearchDaily,
        {"event_type": "web.searched", "payload": {"hits": 3}},
        {"event_type": "web.searched", "payload": {"hits": 0}},
        {"event_type": "web.clicked"},
        {"event_type": "order.created"},
        {"event_type": "web.searched", "payload": "broken"},
    )
    del document["rev"], document["updated_at"]
    assert document == {
        "_id": "2026-10-01",
        "date": "2026-10-01",
        "searches": 2,
        "misses": 1,
        "miss_rate": 0.5,
        "clicks": 1,
        "unclicked": 1,
        "hours": {
            "00": {"searches": 1},
            "01": {"searches": 1, "misses": 1},
            "02": {"clicks": 1},
        },
        "source": {"t/0": {"first": 0, "ranges": [[0, 5]]}},
        "version": 4,
    }


def test_names_follow_from_the_name() -> None:
    """Collection, ledger and consumer group."""
    assert SearchDaily.collection() == "analytics_site_search"
    assert SearchDaily.ledger() == "analytics_ledger_site_search"
    assert SearchDaily.group() == "sc-analytics-site-search"
    assert (SearchDaily.report, SearchDaily.topic) == ("search", "web")


def tip(envelope: Envelope, rules: Rules) -> Effect:
    """order.tipped."""
    fields = payload(envelope)
    return Fact(order_id(envelope, fields), "tip", cents(fields.get("cents"), "cents"))


def tips_by_order(facts: Sequence[Entry]) -> Iterator[Sequence[Booking]]:
    """The first tip of an order makes it a tipped one."""
    for number, fact in enumerate(facts):
        adds = (Add("tips", fact["cents"]), Add("tips_by_kind", fact["cents"], fact["kind"]))
        first = () if number else (Add("tipped_orders", 1),)
        yield [Booking(fact["date"], fact["hour"], adds + first)]


class TipsDaily(DailyProjection, name="tips", report="tips", topic="order", version=1):
    """Tips, by way of the order journal, beside events that are just counted."""

    tips = Cents()
    tipped_orders = Tally()
    tips_by_kind = CentsBy("kind")
    mean_tip = Mean("tips", "tipped_orders")
    orders_delivered = Count("order.delivered")

    facts: ClassVar[Mapping[str, FactReader]] = {"order.tipped": tip}

    @classmethod
    def bookkeeper(cls) -> Bookkeeper:
        return tips_by_order


def test_a_new_projection_may_keep_a_journal_and_count_as_well() -> None:
    """Events that are no facts of an order add what they say."""
    (document,) = folded(
        TipsDaily,
        {"event_type": "order.tipped", "payload": {"order_id": "o-1", "cents": 100}},
        {"event_type": "order.delivered"},
        {"event_type": "order.tipped", "payload": {"order_id": "o-1", "cents": 50}},
        {"event_type": "order.tipped", "payload": {"order_id": "o-2", "cents": 51}},
    )
    assert {name: document[name] for name in TipsDaily.shape.fields} == {
        "tips": 201,
        "tipped_orders": 2,
        "tips_by_kind": {"tip": 201},
        "mean_tip": 100,
        "orders_delivered": 1,
    }
    assert document["hours"] == {
        "00": {"tips": 100, "tipped_orders": 1},
        "01": {"orders_delivered": 1},
        "02": {"tips": 50},
        "03": {"tips": 51, "tipped_orders": 1},
    }


def test_one_event_type_cannot_be_a_fact_and_be_counted() -> None:
    """It is said where it is declared, before any figure is wrong."""
    with pytest.raises(TypeError, match=r"Both: order\.tipped is a fact"):

        class Both(DailyProjection, name="both", report="both", topic="order", version=1):
            tipped = Count("order.tipped")
            facts: ClassVar[Mapping[str, FactReader]] = {"order.tipped": tip}


def test_a_condition_of_one_parameter_is_refused_where_it_is_declared() -> None:
    """With the two that it is called with."""
    with pytest.raises(TypeError, match=r"Short\.misses: when= is called as .*\(envelope, rules\)"):

        class Short(DailyProjection, name="short", report="short", topic="web", version=1):
            misses = Count("web.searched", when=lambda fields: fields["hits"] == 0)  # type: ignore[arg-type, misc]


class BoldDaily(DailyProjection, name="bold", report="bold", topic="web", version=1):
    """Counts without asking whether the field is there."""

    misses = Count("web.searched", when=lambda envelope, rules: envelope["payload"]["hits"] == 0)


def test_a_condition_that_fails_is_named_with_the_record() -> None:
    """It stops its projection alone, and nothing of the batch is absorbed."""
    store = MemoryStore()
    good = {"event_type": "web.searched", "payload": {"hits": 0}}
    with pytest.raises(DeclarationError) as caught:
        folded(BoldDaily, good, {"event_type": "web.searched", "payload": {}}, store=store)
    assert caught.value.what == "bold: BoldDaily.<lambda> failed at t/0:1: KeyError: 'hits'"
    assert list(store.scan(BoldDaily.collection())) == []
