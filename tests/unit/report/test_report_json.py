"""The JSON form of reports, as programs read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.as_json import report_json
from sc_analytics_cli.report.rows import Row

PROJECTIONS = (OrderFunnelDaily, RevenueDaily, UserLifecycleDaily)
NOW = datetime(2026, 11, 22, 14, 5, 6, 789012, UTC)

REVENUE: Document = {
    "_id": "2026-11-21",
    "rev": "7",
    "source": {"sc.domain.order/0": {"first": 12, "ranges": [[0, 5000]]}},
    "updated_at": datetime(2026, 11, 22, 1, 2, 3, 4567, timezone(timedelta(hours=1))),
    "version": 1,
    "hours": {"09": {"gross_revenue_cents": 301, "paid_orders": 2}},
    "revenue_by_promotion": {},
    "revenue_by_community": {"a.b": 300, "$set": 1},
    "average_order_value_cents": 150,
    "refunded_orders": 0,
    "paid_orders": 2,
    "net_revenue_cents": 301,
    "refunded_cents": 0,
    "gross_revenue_cents": 301,
    "date": "2026-11-21",
}

EXPECTED = """\
{
  "schema": "sc-analytics.report/1",
  "timezone": "Europe/Berlin",
  "generated_at": "2026-11-22T14:05:06.789Z",
  "reports": {
    "revenue": [
      {
        "date": "2026-11-21",
        "status": "complete",
        "gross_revenue_cents": 301,
        "refunded_cents": 0,
        "net_revenue_cents": 301,
        "paid_orders": 2,
        "refunded_orders": 0,
        "average_order_value_cents": 150,
        "revenue_by_community": {
          "a.b": 300,
          "$set": 1
        },
        "revenue_by_promotion": {},
        "hours": {
          "09": {
            "gross_revenue_cents": 301,
            "paid_orders": 2
          }
        },
        "version": 1,
        "updated_at": "2026-11-22T00:02:03.004Z"
      },
      {
        "date": "2026-11-22",
        "status": "missing"
      }
    ]
  }
}
"""


class StoredInteger(int):
    """How a driver may hand over a 64-bit integer."""


def written(**reports: list[Row]) -> dict[str, Any]:
    """Return the reports as a program would read them back."""
    text = report_json(reports, PROJECTIONS, timezone="UTC", generated_at=NOW)
    found: dict[str, Any] = json.loads(text)
    return found


def funnel(**fields: object) -> Document:
    """Return a funnel document in which only `fields` are not zero."""
    stored = OrderFunnelDaily.shape.empty("2026-11-21") | fields
    OrderFunnelDaily.shape.derive(stored)
    return stored | {"version": 1, "updated_at": NOW}


def test_the_whole_document_is_as_documented() -> None:
    """Order, indentation, instants and the newline at the end are all fixed."""
    rows = [Row("2026-11-21", "complete", REVENUE), Row("2026-11-22", "missing", None)]
    text = report_json({"revenue": rows}, PROJECTIONS, timezone="Europe/Berlin", generated_at=NOW)
    assert text.decode() == EXPECTED


def test_only_the_reports_asked_for_are_present_and_in_their_order() -> None:
    """A report without rows is an empty list."""
    found = written(users=[], funnel=[Row("2026-11-22", "missing", None)])
    assert list(found["reports"]) == ["users", "funnel"]
    assert found["reports"] == {
        "users": [],
        "funnel": [{"date": "2026-11-22", "status": "missing"}],
    }


def test_rates_are_full_doubles_and_undefined_ones_are_null() -> None:
    """Nothing is rounded on the way."""
    row = Row("2026-11-21", "complete", funnel(orders_created=3, orders_confirmed=1))
    [found] = written(funnel=[row])["reports"]["funnel"]
    assert found["confirmation_rate"] == 1 / 3
    assert found["completion_rate"] == 0.0
    assert found["payment_success_rate"] is None


def test_keys_and_large_integers_are_exactly_as_stored() -> None:
    """Ids are any Unicode, amounts any 64-bit integer."""
    keys = {"": 1, " ": 2, 'q"\\': 3, "\x1b[31m": 4, "日本": 5, "\u202e": 6, "👩\u200d💻": 7}
    document = REVENUE | {
        "revenue_by_community": keys,
        "gross_revenue_cents": StoredInteger(2**63 - 1),
        "net_revenue_cents": -(2**63) + 1,
    }
    [found] = written(revenue=[Row("2026-11-21", "complete", document)])["reports"]["revenue"]
    assert found["revenue_by_community"] == keys
    assert found["gross_revenue_cents"] == 9223372036854775807
    assert found["net_revenue_cents"] == -9223372036854775807


def test_a_partial_row_says_so_and_keeps_its_fields() -> None:
    """The mark in the document itself is not repeated."""
    row = Row("2026-11-21", "partial", funnel(orders_created=2) | {"incomplete": True})
    [found] = written(funnel=[row])["reports"]["funnel"]
    assert found["status"] == "partial"
    assert found["orders_created"] == 2
    assert not {"incomplete", "source", "rev", "_id"} & set(found)


def test_instants_have_milliseconds_even_when_they_are_zero() -> None:
    """Every instant has the same length."""
    text = report_json(
        {}, PROJECTIONS, timezone="UTC", generated_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    assert json.loads(text)["generated_at"] == "2026-01-02T00:00:00.000Z"
