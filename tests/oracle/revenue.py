"""The projection that counts money: payments, refunds, attributed revenue."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from .counting import Effect
from .decode import Event, MalformedError, first_of, read_cents, read_id, read_payload
from .tally import Hour, Tally


@dataclass(frozen=True)
class Attribution:
    """Who brought an order; at least one of the two."""

    community: str | None
    promotion: str | None


@dataclass
class Order:
    """What has to be remembered of one order."""

    paid: bool = False
    refunded: bool = False
    attribution: Attribution | None = None
    unattributed: list[tuple[str, int]] = field(default_factory=list)
    """Date and amount of the payments that no attribution has reached yet."""


class Revenue:
    """Payments, refunds, and who brought them."""

    types = frozenset({"order.payment_succeeded", "order.cancelled", "order.attribution_recorded"})

    def __init__(self, currency: str | None) -> None:
        self._tally = Tally()
        self._currency = currency
        self._orders: dict[str, Order] = {}

    def read(self, event: Event) -> Effect:
        """Check an event and return what it does."""
        if event.type == "order.payment_succeeded":
            return self._payment(event)
        if event.type == "order.cancelled":
            return self._cancellation(event)
        return self._attribution(event)

    def _payment(self, event: Event) -> Effect:
        payload = read_payload(event)
        order_id = _order_id(event, payload)
        amount = read_cents(payload.get("amount_cents"), "amount")
        self._check_currency(payload)

        def effect(hour: Hour) -> None:
            order = self._order(order_id)
            self._tally.add(hour, "gross_revenue_cents", amount)
            if not order.paid:
                order.paid = True
                self._tally.add(hour, "paid_orders")
            if order.attribution is None:
                order.unattributed.append((hour.date, amount))
            else:
                self._attribute(order.attribution, hour.date, amount)

        return effect

    def _cancellation(self, event: Event) -> Effect:
        refund = _refund(event)
        if refund is None:
            return lambda _hour: None
        payload = read_payload(event)
        order_id = _order_id(event, payload)
        cents = read_cents(refund, "refund")
        self._check_currency(payload)

        def effect(hour: Hour) -> None:
            if cents == 0:
                return
            order = self._order(order_id)
            self._tally.add(hour, "refunded_cents", cents)
            if not order.refunded:
                order.refunded = True
                self._tally.add(hour, "refunded_orders")

        return effect

    def _attribution(self, event: Event) -> Effect:
        payload = read_payload(event)
        order_id = _order_id(event, payload)
        attribution = Attribution(
            community=_optional_id(payload, "community_id"),
            promotion=_optional_id(payload, "promotion_id"),
        )
        if attribution.community is None and attribution.promotion is None:
            raise MalformedError("attribution names neither a community nor a promotion")

        def effect(_hour: Hour) -> None:
            order = self._order(order_id)
            order.attribution = attribution
            for date, amount in order.unattributed:
                self._attribute(attribution, date, amount)
            order.unattributed.clear()

        return effect

    def _attribute(self, attribution: Attribution, date: str, cents: int) -> None:
        if attribution.community is not None:
            self._tally.add_by_id(date, "revenue_by_community", attribution.community, cents)
        if attribution.promotion is not None:
            self._tally.add_by_id(date, "revenue_by_promotion", attribution.promotion, cents)

    def _check_currency(self, payload: dict[str, object]) -> None:
        found = payload.get("currency")
        if self._currency is None or found is None:
            return
        if not isinstance(found, str) or found.casefold() != self._currency.casefold():
            raise MalformedError("another currency than the reporting currency")

    def _order(self, order_id: str) -> Order:
        return self._orders.setdefault(order_id, Order())

    def documents(self) -> dict[str, dict[str, object]]:
        """Return the documents by date."""
        return {date: self._document(date) for date in self._tally.dates()}

    def _document(self, date: str) -> dict[str, object]:
        gross = self._tally.total(date, "gross_revenue_cents")
        refunded = self._tally.total(date, "refunded_cents")
        paid_orders = self._tally.total(date, "paid_orders")
        return {
            "date": date,
            "gross_revenue_cents": gross,
            "refunded_cents": refunded,
            "net_revenue_cents": gross - refunded,
            "paid_orders": paid_orders,
            "refunded_orders": self._tally.total(date, "refunded_orders"),
            "average_order_value_cents": average(gross, paid_orders),
            "revenue_by_community": self._tally.by_id(date, "revenue_by_community"),
            "revenue_by_promotion": self._tally.by_id(date, "revenue_by_promotion"),
            "hours": self._tally.hours(date),
        }


def average(gross: int, paid_orders: int) -> int | None:
    """Divide, ties to the even neighbour; on fractions, as a double would lose cents."""
    return round(Fraction(gross, paid_orders)) if paid_orders else None


def _order_id(event: Event, payload: dict[str, object]) -> str:
    found = payload.get("order_id")
    if found is None:
        found = first_of(event.fields, "aggregate_id", "subject")
    return read_id(found, "order id")


def _optional_id(payload: dict[str, object], name: str) -> str | None:
    found = payload.get(name)
    return None if found is None else read_id(found, name, may_be_empty=True)


def _refund(event: Event) -> object:
    """Return the refund as it is written, or None where there is none."""
    if first_of(event.fields, "payload", "data") is None:
        return None
    payload = read_payload(event)
    cents = first_of(payload, "refund_cents", "refund_amount_cents")
    if cents is not None:
        return cents
    refund = payload.get("refund")
    if refund is None:
        return None
    if not isinstance(refund, dict):
        raise MalformedError("refund is not an object")
    amount: object = refund.get("amount_cents")
    return amount
