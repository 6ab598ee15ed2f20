"""Revenue: payments, refunds, and whose community or promotion brought them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from ..decode.fields import Envelope, Rejected, cents, identifier, order_id, payload
from ..event import Add, Effect, Fact
from ..fold.field import Cents, CentsBy, Difference, Mean, Tally
from ..fold.journal import Booking, Bookkeeper, Entry
from ..settings import Rules
from .declaration import DailyProjection, FactReader


def payment(envelope: Envelope, rules: Rules) -> Effect:
    """order.payment_succeeded."""
    fields = payload(envelope)
    amount = cents(fields.get("amount_cents"), "amount_cents")
    _check_currency(fields, rules)
    return Fact(order_id(envelope, fields), "payment", amount)


def cancellation(envelope: Envelope, rules: Rules) -> Effect:
    """order.cancelled: a refund above 0 is a fact; anything else adds nothing."""
    fields = payload(envelope)
    amount = _refund(fields)
    if not amount:
        return ()
    _check_currency(fields, rules)
    return Fact(order_id(envelope, fields), "refund", amount)


def attribution(envelope: Envelope, rules: Rules) -> Effect:
    """order.attribution_recorded."""
    fields = payload(envelope)
    community, promotion = fields.get("community_id"), fields.get("promotion_id")
    if community is None and promotion is None:
        raise Rejected("neither community_id nor promotion_id")
    return Fact(
        order_id(envelope, fields),
        "attribution",
        community=None if community is None else identifier(community, "community_id"),
        promotion=None if promotion is None else identifier(promotion, "promotion_id"),
    )


def _refund(fields: Envelope) -> int:
    for name in ("refund_cents", "refund_amount_cents"):
        if fields.get(name) is not None:
            return cents(fields[name], name)
    refund = fields.get("refund")
    if refund is None:
        return 0
    if type(refund) is not dict:
        raise Rejected("refund is not an object")
    amount = refund.get("amount_cents")
    return 0 if amount is None else cents(amount, "refund.amount_cents")


def _check_currency(fields: Envelope, rules: Rules) -> None:
    currency = fields.get("currency")
    if rules.currency is None or currency is None:
        return
    if type(currency) is not str:
        raise Rejected("currency is not a string")
    if currency.upper() != rules.currency:
        raise Rejected(f"currency is not {rules.currency}")


def book(facts: Sequence[Entry]) -> Iterator[Sequence[Booking]]:
    """What each fact of one order adds.

    A payment adds on its own date, and is attributed once, as a whole: by the
    attribution last recorded before it, else by the next one after it.
    """
    attributed_by: Entry | None = None
    waiting: list[Entry] = []
    paid = refunded = False
    for fact in facts:
        match fact["kind"]:
            case "payment":
                adds = _money("gross_revenue_cents", fact["cents"], "paid_orders", not paid)
                if attributed_by is not None:
                    adds += _attributed(fact, attributed_by)
                else:
                    waiting.append(fact)
                paid = True
                yield [Booking(fact["date"], fact["hour"], adds)]
            case "refund":
                adds = _money("refunded_cents", fact["cents"], "refunded_orders", not refunded)
                refunded = True
                yield [Booking(fact["date"], fact["hour"], adds)]
            case _:
                attributed_by = fact
                yield [Booking(pay["date"], pay["hour"], _attributed(pay, fact)) for pay in waiting]
                waiting = []


def _money(field: str, amount: int, tally: str, first: bool) -> tuple[Add, ...]:
    adds = (Add(field, amount),) if amount else ()
    return (*adds, Add(tally, 1)) if first else adds


def _attributed(pay: Entry, attribution: Entry) -> tuple[Add, ...]:
    amount = pay["cents"]
    fields = (("revenue_by_community", "community"), ("revenue_by_promotion", "promotion"))
    return tuple(
        Add(field, amount, attribution[name])
        for field, name in fields
        if amount and attribution[name] is not None
    )


class RevenueDaily(DailyProjection, name="revenue", report="revenue", topic="order", version=1):
    """Payments count on their own date, refunds on the cancellation's."""

    gross_revenue_cents = Cents()
    refunded_cents = Cents()
    net_revenue_cents = Difference("gross_revenue_cents", "refunded_cents")
    paid_orders = Tally()
    refunded_orders = Tally()
    average_order_value_cents = Mean("gross_revenue_cents", "paid_orders")
    revenue_by_community = CentsBy("community")
    revenue_by_promotion = CentsBy("promotion")

    facts: ClassVar[Mapping[str, FactReader]] = {
        "order.payment_succeeded": payment,
        "order.cancelled": cancellation,
        "order.attribution_recorded": attribution,
    }

    @classmethod
    def bookkeeper(cls) -> Bookkeeper:
        """See `book`."""
        return book
