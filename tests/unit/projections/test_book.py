"""The books of an order: what each fact adds, in whichever order the facts arrive."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.event import Add
from sc_analytics_cli.fold.journal import Booking, Entry
from sc_analytics_cli.projections.revenue import book


def pay(cents: int, date: str = "2026-10-01", hour: str = "10") -> Entry:
    return {"kind": "payment", "cents": cents, "date": date, "hour": hour}


def refund(cents: int, date: str = "2026-10-03", hour: str = "12") -> Entry:
    return {"kind": "refund", "cents": cents, "date": date, "hour": hour}


def led_by(community: str | None = None, promotion: str | None = None) -> Entry:
    return {"kind": "attribution", "date": "2026-10-02", "hour": "11",
            "community": community, "promotion": promotion}  # fmt: skip


def booked(*facts: Entry) -> list[list[Booking]]:
    return [list(each) for each in book(facts)]


def total(*facts: Entry) -> dict[tuple[str, str, str | None], int]:
    """(date, field, key) → the sum."""
    sums: Counter[tuple[str, str, str | None]] = Counter()
    for bookings in book(facts):
        for booking in bookings:
            for add in booking.adds:
                sums[booking.date, add.field, add.key] += add.amount
    return dict(sums)


@pytest.mark.parametrize("facts", list(permutations([pay(100), refund(30), led_by("c", "p")])))
def test_one_payment_refund_and_attribution_in_any_order(facts: tuple[Entry, ...]) -> None:
    """The payment's date gets the revenue and its attribution, the refund's date the refund."""
    assert total(*facts) == {
        ("2026-10-01", "gross_revenue_cents", None): 100,
        ("2026-10-01", "paid_orders", None): 1,
        ("2026-10-01", "revenue_by_community", "c"): 100,
        ("2026-10-01", "revenue_by_promotion", "p"): 100,
        ("2026-10-03", "refunded_cents", None): 30,
        ("2026-10-03", "refunded_orders", None): 1,
    }


def test_a_payment_adds_on_its_own_date_and_hour() -> None:
    """The first one of the order makes it a paid order."""
    assert booked(pay(100), pay(50, "2026-10-02", "00")) == [
        [Booking("2026-10-01", "10", (Add("gross_revenue_cents", 100), Add("paid_orders", 1)))],
        [Booking("2026-10-02", "00", (Add("gross_revenue_cents", 50),))],
    ]


def test_a_refund_adds_on_the_cancellations_date_and_hour() -> None:
    """Also of an order that never paid; the first one makes it a refunded order."""
    assert booked(refund(30), refund(5, "2026-10-04", "23")) == [
        [Booking("2026-10-03", "12", (Add("refunded_cents", 30), Add("refunded_orders", 1)))],
        [Booking("2026-10-04", "23", (Add("refunded_cents", 5),))],
    ]


def test_a_payment_after_the_attribution_carries_it() -> None:
    """As the other half of its own booking."""
    assert booked(led_by(community="c"), pay(100)) == [
        [],
        [
            Booking(
                "2026-10-01",
                "10",
                (
                    Add("gross_revenue_cents", 100),
                    Add("paid_orders", 1),
                    Add("revenue_by_community", 100, "c"),
                ),
            )
        ],
    ]


def test_an_attribution_reaches_the_payments_before_it() -> None:
    """On the payments' dates, not on its own."""
    later = pay(50, "2026-10-05", "07")
    assert booked(pay(100), later, led_by(promotion="p"))[2] == [
        Booking("2026-10-01", "10", (Add("revenue_by_promotion", 100, "p"),)),
        Booking("2026-10-05", "07", (Add("revenue_by_promotion", 50, "p"),)),
    ]


@pytest.mark.parametrize(
    ("facts", "by_community", "by_promotion"),
    [
        ((led_by("a"), led_by("b"), pay(100)), {"b": 100}, {}),
        ((led_by("a"), pay(100), led_by("b")), {"a": 100}, {}),
        ((pay(100), led_by("a"), led_by("b")), {"a": 100}, {}),
        ((pay(100), led_by("a"), led_by("b"), pay(10)), {"a": 100, "b": 10}, {}),
        ((pay(100), pay(10), led_by("a"), pay(1)), {"a": 111}, {}),
        ((led_by("a", "p"), led_by("b"), pay(100)), {"b": 100}, {}),
        ((led_by("a"), led_by(None, "p"), pay(100)), {}, {"p": 100}),
        ((pay(100), led_by("a"), led_by(None, "p")), {"a": 100}, {}),
        ((led_by("", ""), pay(100)), {"": 100}, {"": 100}),
        ((refund(5), led_by("a"), refund(5)), {}, {}),
        ((pay(100),), {}, {}),
        ((led_by("a"),), {}, {}),
    ],
)
def test_a_payment_is_attributed_once_as_a_whole(
    facts: tuple[Entry, ...], by_community: dict[str, int], by_promotion: dict[str, int]
) -> None:
    """By the last attribution before it, else by the first after it; what is attributed stays."""
    sums = total(*facts)
    assert {k: n for (_, f, k), n in sums.items() if f == "revenue_by_community"} == by_community
    assert {k: n for (_, f, k), n in sums.items() if f == "revenue_by_promotion"} == by_promotion


def test_nothing_is_added_for_no_cents() -> None:
    """A payment of 0 makes a paid order, and no entry anywhere else."""
    assert booked(pay(0), led_by("c"), pay(0)) == [
        [Booking("2026-10-01", "10", (Add("paid_orders", 1),))],
        [Booking("2026-10-01", "10", ())],
        [Booking("2026-10-01", "10", ())],
    ]


dates = st.sampled_from(("2026-10-01", "2026-10-02"))
facts = st.lists(
    st.one_of(
        st.builds(pay, st.integers(0, 5), dates),
        st.builds(refund, st.integers(1, 5), dates),
        st.builds(led_by, st.sampled_from(("a", "b")), st.sampled_from((None, "p"))),
    ),
    max_size=10,
)


@given(facts, facts)
def test_later_facts_never_change_what_earlier_ones_add(
    earlier: list[Entry], later: list[Entry]
) -> None:
    """So redelivery, replay and live running agree."""
    assert booked(*earlier, *later)[: len(earlier)] == booked(*earlier)


@given(facts)
def test_the_books_balance(recorded: list[Entry]) -> None:
    """All payments count; what is attributed is all payments that any attribution can reach."""
    sums: Counter[str] = Counter()
    for (_, field, _), amount in total(*recorded).items():
        sums[field] += amount
    paid = [fact["cents"] for fact in recorded if fact["kind"] == "payment"]
    back = [fact["cents"] for fact in recorded if fact["kind"] == "refund"]
    led = any(fact["kind"] == "attribution" for fact in recorded)
    assert sums["gross_revenue_cents"] == sum(paid)
    assert sums["paid_orders"] == bool(paid)
    assert sums["refunded_cents"] == sum(back)
    assert sums["refunded_orders"] == bool(back)
    assert sums["revenue_by_community"] == (sum(paid) if led else 0)
