"""Days without any chance in them: each week is the same, and so are the screens of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.report.judged import Judged

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 14, 5, 7, tzinfo=UTC)

_RHYTHM = (1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10, 9, 7, 5, 3, 2)
_WEEK = (20, 19, 20, 21, 22, 27, 30)

Per = Mapping[str, Callable[[int], int]]
"""Field → what an hour with so many orders adds to it."""

FUNNEL: Per = {
    "orders_created": lambda n: n,
    "payments_initiated": lambda n: n * 94 // 100,
    "payments_succeeded": lambda n: n * 88 // 100,
    "payments_failed": lambda n: n * 94 // 100 - n * 88 // 100,
    "orders_confirmed": lambda n: n * 85 // 100,
    "orders_shipped": lambda n: n * 70 // 100,
    "orders_delivered": lambda n: n * 60 // 100,
    "orders_cancelled": lambda n: n * 4 // 100,
}
REVENUE: Per = {
    "gross_revenue_cents": lambda n: n * 6157,
    "refunded_cents": lambda n: n * 201,
    "paid_orders": lambda n: n * 88 // 100,
    "refunded_orders": lambda n: n * 3 // 100,
}
USERS: Per = {
    "registrations": lambda n: n * 40 // 100,
    "verifications": lambda n: n * 33 // 100,
    "leaders_promoted": lambda n: n // 90,
    "login_successes": lambda n: n * 3,
    "login_failures": lambda n: n * 40 // 100,
    "accounts_locked": lambda n: n // 60,
}


def orders(day: date, hour: int) -> int:
    """How many orders an hour has."""
    return _WEEK[day.weekday()] * _RHYTHM[hour] // 10 * 3


def hours(day: date, per: Per, until: int = 24) -> dict[str, dict[str, int]]:
    """The hours of a document, those before `until`."""
    found = {
        f"{hour:02}": {name: amount(orders(day, hour)) for name, amount in per.items()}
        for hour in range(until)
    }
    return {
        hour: {name: n for name, n in counts.items() if n}
        for hour, counts in found.items()
        if any(counts.values())
    }


def document(
    projection: Projection, day: date, of_hours: Mapping[str, Mapping[str, int]]
) -> Document:
    """The stored document that these hours add up to."""
    stored = projection.shape.empty(day.isoformat())
    stored["hours"] = of_hours
    for counts in of_hours.values():
        for name, count in counts.items():
            stored[name] += count
    projection.shape.derive(stored)
    return stored | {"version": projection.shape.version, "updated_at": NOW}


def fortnight(projection: Projection, per: Per, days: int = 14) -> dict[str, Document]:
    """The documents of so many days before DAY, by date."""
    before = [DAY - timedelta(days=ago) for ago in range(1, days + 1)]
    return {day.isoformat(): document(projection, day, hours(day, per)) for day in before}


def judged(
    projection: Projection, per: Per, today: Mapping[str, Mapping[str, int]], days: int = 14
) -> Judged:
    """DAY at NOW with these hours, among the days before it."""
    documents = fortnight(projection, per, days)
    documents[DAY.isoformat()] = document(projection, DAY, today)
    return Judged(projection, DAY, documents, NOW, UTC)
