"""Order funnel: how far the orders of a day got."""

from __future__ import annotations

from ..fold.field import Count, Ratio
from .declaration import DailyProjection


class OrderFunnelDaily(
    DailyProjection, name="order-funnel", report="funnel", topic="order", version=1
):
    """Each stage counts its events on their own date, whenever the order was created."""

    orders_created = Count("order.created")
    payments_initiated = Count("order.payment_initiated")
    payments_succeeded = Count("order.payment_succeeded")
    payments_failed = Count("order.payment_failed")
    orders_confirmed = Count("order.confirmed")
    orders_shipped = Count("order.shipped")
    orders_delivered = Count("order.delivered")
    orders_cancelled = Count("order.cancelled")
    payment_success_rate = Ratio("payments_succeeded", "payments_initiated")
    confirmation_rate = Ratio("orders_confirmed", "orders_created")
    completion_rate = Ratio("orders_delivered", "orders_confirmed")

    stages = (
        "orders_created",
        "payments_initiated",
        "payments_succeeded",
        "orders_confirmed",
        "orders_shipped",
        "orders_delivered",
    )
