"""The CSV form of a report, as spreadsheets read it."""

from __future__ import annotations

import pytest

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.as_csv import report_csv
from sc_analytics_cli.report.rows import Row

MISSING = Row("2026-11-22", "missing", None)

FUNNEL = (
    "date,orders_created,payments_initiated,payments_succeeded,payments_failed,orders_confirmed,"
    "orders_shipped,orders_delivered,orders_cancelled,payment_success_rate,confirmation_rate,"
    "completion_rate\n"
)
REVENUE = (
    "date,gross_revenue_cents,refunded_cents,net_revenue_cents,paid_orders,refunded_orders,"
    "average_order_value_cents\n"
)
USERS = (
    "date,registrations,verifications,verification_rate,leaders_promoted,leaders_demoted,"
    "suspensions,reactivations,deletions,login_successes,login_failures,accounts_locked\n"
)


def document(projection: Projection, **fields: object) -> Document:
    """Return a stored document in which only `fields` are not zero."""
    stored = projection.shape.empty("2026-11-21") | fields
    projection.shape.derive(stored)
    return stored


@pytest.mark.parametrize(
    ("projection", "fields", "header", "line"),
    [
        (
            OrderFunnelDaily,
            {"orders_created": 3, "orders_confirmed": 1, "orders_delivered": 2},
            FUNNEL,
            "2026-11-21,3,0,0,0,1,0,2,0,,0.3333333333333333,2.0\n",
        ),
        (
            RevenueDaily,
            {
                "gross_revenue_cents": 123450,
                "refunded_cents": 200000,
                "paid_orders": 4,
                "refunded_orders": 1,
                "revenue_by_community": {"a": 1},
            },
            REVENUE,
            "2026-11-21,123450,200000,-76550,4,1,30862\n",
        ),
        (
            UserLifecycleDaily,
            {"registrations": 10, "verifications": 1, "login_successes": 1234567},
            USERS,
            "2026-11-21,10,1,0.1,0,0,0,0,0,1234567,0,0\n",
        ),
    ],
)
def test_scalar_fields_in_declared_order_with_undefined_ones_empty(
    projection: Projection, fields: dict[str, object], header: str, line: str
) -> None:
    """No maps and no hours; rates are the shortest text of the same double."""
    rows = [Row("2026-11-21", "complete", document(projection, **fields))]
    assert report_csv(projection, rows) == header + line


def test_a_missing_date_has_only_its_date() -> None:
    """Its other cells are empty, never zeros."""
    rows = [MISSING, Row("2026-11-21", "partial", document(RevenueDaily))]
    assert report_csv(RevenueDaily, rows) == (
        REVENUE + "2026-11-22,,,,,,\n" + "2026-11-21,0,0,0,0,0,\n"
    )


def test_no_dates_leave_the_header() -> None:
    """A program that reads it finds the columns all the same."""
    assert report_csv(UserLifecycleDaily, []) == USERS
