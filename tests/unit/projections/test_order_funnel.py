"""Order funnel: which event adds to which counter."""

from __future__ import annotations

import pytest

from sc_analytics_cli.event import Add
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.settings import Rules

FIELDS = {
    "order.created": "orders_created",
    "order.payment_initiated": "payments_initiated",
    "order.payment_succeeded": "payments_succeeded",
    "order.payment_failed": "payments_failed",
    "order.confirmed": "orders_confirmed",
    "order.shipped": "orders_shipped",
    "order.delivered": "orders_delivered",
    "order.cancelled": "orders_cancelled",
}


def test_the_types_that_are_listed() -> None:
    """Eight stages."""
    assert set(OrderFunnelDaily.readers(Rules())) == set(FIELDS)


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"payload": 5},
        {"payload": {"amount_cents": "broken", "currency": "USD", "order_id": 5}},
        {"payload": {"refund_cents": -1}, "aggregate_id": []},
    ],
)
def test_a_stage_counts_whatever_its_payload_says(kind: str, envelope: dict[str, object]) -> None:
    """A broken amount or another currency is no matter of the funnel."""
    readers = OrderFunnelDaily.readers(Rules(currency="EUR"))
    assert readers[kind](envelope) == (Add(FIELDS[kind], 1),)
