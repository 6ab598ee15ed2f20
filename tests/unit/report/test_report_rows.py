"""Which rows a report has, and what its totals are."""

from __future__ import annotations

from datetime import date

import pytest

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.rows import Row, build_rows, totals

TODAY = date(2026, 11, 22)


def document(projection: Projection, day: str, **fields: object) -> Document:
    """Return a stored document in which only `fields` are not zero."""
    stored = projection.shape.empty(day) | fields
    projection.shape.derive(stored)
    return stored


def rows_of(projection: Projection, *counted: dict[str, object]) -> list[Row]:
    """Return complete rows of dates on which this was counted."""
    return [Row("2026-11-09", "complete", document(projection, "x", **each)) for each in counted]


@pytest.mark.parametrize(
    ("day", "marks", "status"),
    [
        ("2026-11-21", {}, "complete"),
        ("2026-11-22", {}, "partial"),
        ("2026-11-23", {}, "partial"),
        ("2026-11-21", {"incomplete": True}, "partial"),
        ("2026-11-22", {"incomplete": True}, "partial"),
        ("2026-11-21", {"incomplete": False}, "complete"),
    ],
)
def test_a_date_is_partial_until_it_is_over_and_where_it_is_marked(
    day: str, marks: dict[str, object], status: str
) -> None:
    """The date of today, and a document marked incomplete, are partial."""
    stored = document(OrderFunnelDaily, day, orders_created=1) | marks
    assert build_rows([day], {day: stored}, today=TODAY) == [(day, status, stored)]


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-22", "2026-11-23"])
def test_a_date_without_a_document_is_missing(day: str) -> None:
    """A missing date is never partial and never zeros."""
    assert build_rows([day], {}, today=TODAY) == [(day, "missing", None)]


def test_there_is_one_row_for_each_date_in_the_order_asked() -> None:
    """Documents of dates that were not asked for are left out."""
    documents = {
        day: document(OrderFunnelDaily, day) for day in ("2026-11-08", "2026-11-09", "2026-11-11")
    }
    rows = build_rows(["2026-11-11", "2026-11-10", "2026-11-09"], documents, today=TODAY)
    assert [(row.date, row.status) for row in rows] == [
        ("2026-11-11", "complete"),
        ("2026-11-10", "missing"),
        ("2026-11-09", "complete"),
    ]


def test_rates_over_a_range_are_ratios_of_sums() -> None:
    """A day with one order weighs less than a day with a thousand."""
    rows = rows_of(
        OrderFunnelDaily,
        {"orders_created": 1000, "orders_confirmed": 500, "payments_succeeded": 3},
        {"orders_created": 1, "orders_confirmed": 1, "payments_initiated": 4},
    )
    assert totals(OrderFunnelDaily, rows) == {
        "orders_created": 1001,
        "payments_initiated": 4,
        "payments_succeeded": 3,
        "payments_failed": 0,
        "orders_confirmed": 501,
        "orders_shipped": 0,
        "orders_delivered": 0,
        "orders_cancelled": 0,
        "payment_success_rate": 0.75,
        "confirmation_rate": 501 / 1001,
        "completion_rate": 0.0,
    }


def test_the_average_order_value_over_a_range_is_gross_by_orders_rounded_half_to_even() -> None:
    """Net and average follow from the summed cents."""
    rows = rows_of(
        RevenueDaily,
        {"gross_revenue_cents": 100, "paid_orders": 1},
        {"gross_revenue_cents": 101, "paid_orders": 1, "refunded_cents": 500, "refunded_orders": 2},
    )
    assert totals(RevenueDaily, rows) == {
        "gross_revenue_cents": 201,
        "refunded_cents": 500,
        "net_revenue_cents": -299,
        "paid_orders": 2,
        "refunded_orders": 2,
        "average_order_value_cents": 100,
        "revenue_by_community": {},
        "revenue_by_promotion": {},
    }


def test_maps_are_summed_by_key_and_the_documents_stay_as_they_are() -> None:
    """Keys are any text, and no document's own map is added to."""
    rows = rows_of(
        RevenueDaily,
        {"revenue_by_community": {"a.b": 1, "$c": 2}, "revenue_by_promotion": {"": 5}},
        {"revenue_by_community": {"a.b": 10, "é": 3}},
    )
    found = totals(RevenueDaily, rows)
    assert found["revenue_by_community"] == {"a.b": 11, "$c": 2, "é": 3}
    assert found["revenue_by_promotion"] == {"": 5}
    assert rows[0].document is not None
    assert rows[0].document["revenue_by_community"] == {"a.b": 1, "$c": 2}


def test_missing_dates_add_nothing_to_totals() -> None:
    """With no document at all, sums are 0 and what is divided is undefined."""
    missing = Row("2026-11-10", "missing", None)
    rows = [missing, *rows_of(UserLifecycleDaily, {"registrations": 4, "verifications": 1})]
    assert totals(UserLifecycleDaily, rows)["verification_rate"] == 0.25
    assert totals(RevenueDaily, [missing])["average_order_value_cents"] is None
    assert totals(RevenueDaily, [])["gross_revenue_cents"] == 0


def test_totals_are_in_the_declared_order_of_fields() -> None:
    """A table or an export needs no order of its own."""
    assert list(totals(RevenueDaily, [])) == list(RevenueDaily.shape.fields)


def test_documents_from_before_a_field_was_declared_are_summed_without_it() -> None:
    """An older document is no reason to fail."""
    old, new = rows_of(OrderFunnelDaily, {"orders_shipped": 1}, {"orders_shipped": 2})
    assert old.document is not None
    del old.document["orders_shipped"]
    assert totals(OrderFunnelDaily, [old, new])["orders_shipped"] == 2


def test_a_rate_in_total_is_of_the_documents_that_have_all_of_its_counters() -> None:
    """A sum of one day is not divided by a sum of two."""
    old, new = rows_of(
        OrderFunnelDaily,
        {"orders_created": 10, "orders_confirmed": 9},
        {"orders_created": 4, "orders_confirmed": 3},
    )
    assert old.document is not None
    del old.document["orders_confirmed"]
    found = totals(OrderFunnelDaily, [old, new])
    assert (found["orders_created"], found["orders_confirmed"]) == (14, 3)
    assert found["confirmation_rate"] == 0.75


def test_a_field_that_no_document_has_is_no_zero_in_total() -> None:
    """Nor is what follows from it."""
    (old,) = rows_of(OrderFunnelDaily, {"orders_created": 10})
    assert old.document is not None
    del old.document["orders_confirmed"]
    found = totals(OrderFunnelDaily, [old])
    assert (found["orders_confirmed"], found["confirmation_rate"]) == (None, None)
    assert found["orders_created"] == 10
