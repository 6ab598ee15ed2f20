"""Revenue: what payments, cancellations and attributions say of an order."""

from __future__ import annotations

import pytest

from sc_analytics_cli.decode.fields import Rejected
from sc_analytics_cli.event import Effect, Fact
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.settings import Rules

PAYMENT, CANCELLATION = "order.payment_succeeded", "order.cancelled"
ATTRIBUTION = "order.attribution_recorded"
Fields = dict[str, object]


def effect(
    kind: str, payload: object, *, currency: str | None = None, **envelope: object
) -> Effect:
    """What an event with this payload does."""
    return RevenueDaily.readers(Rules(currency=currency))[kind]({"payload": payload, **envelope})


def reason(kind: str, payload: object, *, currency: str | None = None, **envelope: object) -> str:
    """Why an event with this payload is a dead letter."""
    with pytest.raises(Rejected) as refused:
        effect(kind, payload, currency=currency, **envelope)
    return str(refused.value)


def test_the_types_that_are_listed() -> None:
    """Those that have to do with money."""
    assert set(RevenueDaily.readers(Rules())) == {PAYMENT, CANCELLATION, ATTRIBUTION}


@pytest.mark.parametrize("cents", [0, 1, 1990, 2**53 - 1])
def test_a_payment(cents: int) -> None:
    """Of an order, by its id or else the aggregate's."""
    assert effect(PAYMENT, {"order_id": "o-1", "amount_cents": cents}) == Fact(
        "o-1", "payment", cents
    )
    assert effect(PAYMENT, {"amount_cents": cents}, aggregate_id="o-2") == Fact(
        "o-2", "payment", cents
    )
    assert effect(PAYMENT, {"amount_cents": cents}, subject="o-3") == Fact("o-3", "payment", cents)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (None, "amount_cents is missing"),
        ([], "payload is not an object"),
        ({"order_id": "o-1"}, "amount_cents is missing"),
        ({"order_id": "o-1", "amount_cents": True}, "amount_cents is not an integer"),
        ({"order_id": "o-1", "amount_cents": 1.0}, "amount_cents is not an integer"),
        ({"order_id": "o-1", "amount_cents": "12"}, "amount_cents is not an integer"),
        ({"order_id": "o-1", "amount_cents": -1}, "amount_cents is negative"),
        ({"order_id": "o-1", "amount_cents": 2**53}, "amount_cents is above 2^53 - 1"),
        ({"amount_cents": 5}, "order_id is missing"),
        ({"order_id": "", "amount_cents": 5}, "order_id is empty"),
        ({"order_id": 7, "amount_cents": 5}, "order_id is not a string"),
        ({"order_id": "a\0", "amount_cents": 5}, "order_id holds U+0000"),
        ({"order_id": "o" * 513, "amount_cents": 5}, "order_id is longer than 512 bytes"),
    ],
)
def test_a_payment_that_cannot_be_read(payload: object, why: str) -> None:
    """Amount and order are needed."""
    assert reason(PAYMENT, payload) == why


@pytest.mark.parametrize(
    ("payload", "cents"),
    [
        ({"refund_cents": 5}, 5),
        ({"refund_amount_cents": 5}, 5),
        ({"refund": {"amount_cents": 5}}, 5),
        ({"refund_cents": 5, "refund_amount_cents": 6, "refund": {"amount_cents": 7}}, 5),
        ({"refund_cents": 5, "refund_amount_cents": "not looked at", "refund": 0}, 5),
        ({"refund_cents": None, "refund_amount_cents": 6, "refund": {"amount_cents": 7}}, 6),
        ({"refund_cents": None, "refund_amount_cents": None, "refund": {"amount_cents": 7}}, 7),
        ({"refund_cents": 2**53 - 1}, 2**53 - 1),
    ],
)
def test_a_refund(payload: Fields, cents: int) -> None:
    """The first of the three forms that is there and not null."""
    refund = effect(CANCELLATION, {"order_id": "o-1", **payload})
    assert refund == Fact("o-1", "refund", cents)
    assert effect(CANCELLATION, payload, aggregate_id="o-2") == Fact("o-2", "refund", cents)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"reason": "late", "amount_cents": 5},
        {"refund_cents": 0},
        {"refund_cents": 0, "refund_amount_cents": 5},
        {"refund_amount_cents": 0},
        {"refund": None},
        {"refund": {}},
        {"refund": {"amount_cents": None}},
        {"refund": {"amount_cents": 0}},
    ],
)
def test_a_cancellation_without_refund(payload: object) -> None:
    """Adds nothing, and needs no order."""
    assert effect(CANCELLATION, payload) == ()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("refund", "payload is not an object"),
        ({"refund_cents": "5"}, "refund_cents is not an integer"),
        ({"refund_cents": False}, "refund_cents is not an integer"),
        ({"refund_cents": "5", "refund_amount_cents": 5}, "refund_cents is not an integer"),
        ({"refund_amount_cents": -5}, "refund_amount_cents is negative"),
        ({"refund": 5}, "refund is not an object"),
        ({"refund": []}, "refund is not an object"),
        ({"refund": {"amount_cents": 5.5}}, "refund.amount_cents is not an integer"),
        ({"refund": {"amount_cents": 2**53}}, "refund.amount_cents is above 2^53 - 1"),
        ({"refund_cents": 5}, "order_id is missing"),
    ],
)
def test_a_refund_that_cannot_be_read(payload: object, why: str) -> None:
    """A wrong form is not made good by another one."""
    assert reason(CANCELLATION, payload) == why


@pytest.mark.parametrize(
    ("ids", "community", "promotion"),
    [
        ({"community_id": "c"}, "c", None),
        ({"promotion_id": "p"}, None, "p"),
        ({"community_id": "c", "promotion_id": "p"}, "c", "p"),
        ({"community_id": None, "promotion_id": "p"}, None, "p"),
        ({"community_id": ""}, "", None),
        ({"community_id": "a.b", "promotion_id": "$5 off"}, "a.b", "$5 off"),
        ({"community_id": "\u2028\U0001f600"}, "\u2028\U0001f600", None),
        ({"community_id": "é" * 256}, "é" * 256, None),
    ],
)
def test_an_attribution(ids: Fields, community: str | None, promotion: str | None) -> None:
    """To a community, a promotion or both, as they are written; either may be empty."""
    assert effect(ATTRIBUTION, {"order_id": "o-1", **ids}) == Fact(
        "o-1", "attribution", 0, community, promotion
    )


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (None, "neither community_id nor promotion_id"),
        (5, "payload is not an object"),
        ({"order_id": "o-1"}, "neither community_id nor promotion_id"),
        ({"order_id": "o-1", "community_id": None}, "neither community_id nor promotion_id"),
        ({"order_id": "o-1", "community_id": 5}, "community_id is not a string"),
        ({"order_id": "o-1", "community_id": "c", "promotion_id": []},
         "promotion_id is not a string"),
        ({"order_id": "o-1", "community_id": "a\0b"}, "community_id holds U+0000"),
        ({"order_id": "o-1", "promotion_id": "\ud800"}, "promotion_id holds a lone surrogate"),
        ({"order_id": "o-1", "promotion_id": "x" * 513}, "promotion_id is longer than 512 bytes"),
        ({"community_id": "c"}, "order_id is missing"),
    ],
)  # fmt: skip
def test_an_attribution_that_cannot_be_read(payload: object, why: str) -> None:
    """One id at least, and each that is there sound."""
    assert reason(ATTRIBUTION, payload) == why


MONEY = [
    (PAYMENT, {"order_id": "o-1", "amount_cents": 5}, "payment"),
    (CANCELLATION, {"order_id": "o-1", "refund_cents": 5}, "refund"),
]


@pytest.mark.parametrize(("kind", "payload", "fact"), MONEY)
@pytest.mark.parametrize("currency", ["EUR", "eur", "Eur", None])
def test_money_in_the_reporting_currency(
    kind: str, payload: Fields, fact: str, currency: str | None
) -> None:
    """Without case; money without a currency always counts."""
    found = effect(kind, {**payload, "currency": currency}, currency="EUR")
    assert found == Fact("o-1", fact, 5)


@pytest.mark.parametrize(("kind", "payload", "fact"), MONEY)
@pytest.mark.parametrize("currency", ["USD", "", "EURO", 5, False, []])
def test_money_in_another_currency(kind: str, payload: Fields, fact: str, currency: object) -> None:
    """A dead letter where one is set; where none is, nobody looks."""
    payload = {**payload, "currency": currency}
    assert reason(kind, payload, currency="EUR").startswith("currency is not ")
    assert effect(kind, payload) == Fact("o-1", fact, 5)
