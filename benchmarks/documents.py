"""The documents of a benchmark: they must be exact, or its figures mean nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pymongo import MongoClient

FIELDS = {
    "order.created": "orders_created",
    "order.payment_initiated": "payments_initiated",
    "order.payment_succeeded": "payments_succeeded",
    "order.confirmed": "orders_confirmed",
    "order.shipped": "orders_shipped",
    "order.delivered": "orders_delivered",
}
_FUNNEL = "analytics_order_funnel"


def verify(store: str, wanted: Mapping[str, Mapping[str, int]]) -> None:
    """Compare the funnel with how often each type occurs on each date."""
    with MongoClient[dict[str, Any]](store) as client:
        found = {each["_id"]: each for each in client.get_default_database()[_FUNNEL].find()}
    assert set(found) == set(wanted)
    for date, types in wanted.items():
        for event_type, field in FIELDS.items():
            assert found[date][field] == types[event_type], (date, field)


def spoil(store: str, dates: Collection[str]) -> None:
    """Put wrong figures into the funnel of these dates, so that a rebuild shows."""
    with MongoClient[dict[str, Any]](store) as client:
        client.get_default_database()[_FUNNEL].update_many(
            {"_id": {"$in": list(dates)}}, {"$inc": {"orders_created": 1}}
        )
