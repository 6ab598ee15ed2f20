"""The documents of a benchmark: they must be exact, or its figures mean nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo import MongoClient

FIELDS = {
    "order-funnel": {
        "orders_created": "order.created",
        "payments_initiated": "order.payment_initiated",
        "payments_succeeded": "order.payment_succeeded",
        "orders_confirmed": "order.confirmed",
        "orders_shipped": "order.shipped",
        "orders_delivered": "order.delivered",
    },
    "revenue": {"gross_revenue_cents": "cents", "paid_orders": "order.payment_succeeded"},
    "user-lifecycle": {
        "registrations": "user.created",
        "verifications": "user.verified",
        "login_successes": "user.login_succeeded",
        "login_failures": "user.login_failed",
        "suspensions": "user.suspended",
        "deletions": "user.deleted",
    },
}
_FUNNEL = "analytics_order_funnel"


def verify(
    store: str, wanted: Mapping[str, Mapping[str, int]], projection: str = "order-funnel"
) -> None:
    """Compare a projection's documents with what is counted of each date (log.counted)."""
    kind = "analytics_" + projection.replace("-", "_")
    with MongoClient[dict[str, Any]](store) as client:
        found = {each["_id"]: each for each in client.get_default_database()[kind].find()}
    assert set(found) == set(wanted)
    for date, counts in wanted.items():
        for field, name in FIELDS[projection].items():
            assert found[date][field] == counts[name], (date, field)


def spoil(store: str, dates: Collection[str]) -> None:
    """Put wrong figures into the funnel of these dates, so that a rebuild shows."""
    with MongoClient[dict[str, Any]](store) as client:
        client.get_default_database()[_FUNNEL].update_many(
            {"_id": {"$in": list(dates)}}, {"$inc": {"orders_created": 1}}
        )
