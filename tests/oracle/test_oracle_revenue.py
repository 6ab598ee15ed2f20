"""Checks the oracle against figures worked out by hand from the event contract: revenue."""

from __future__ import annotations

import pytest

from .breakage import BAD_CENTS, BAD_IDS
from .sample import DAY, NOON, attribute, cancel, dead, event, figures, pay, run

EVE, LATER = "2026-11-21T23:59:59Z", "2026-11-23T08:00:00Z"


def test_a_day_of_revenue_in_full() -> None:
    found = run(
        "revenue",
        pay("a", 1000, "2026-11-22T09:10:00Z"),
        pay("b", 501, "2026-11-22T10:00:00Z"),
        pay("a", 200, "2026-11-22T10:59:59Z"),
        attribute("a", community_id="runners.berlin", promotion_id="$spring"),
        cancel("b", "2026-11-22T10:30:00Z", refund_cents=501),
    )
    assert found.documents == {
        DAY: {
            "date": DAY,
            "gross_revenue_cents": 1701,
            "refunded_cents": 501,
            "net_revenue_cents": 1200,
            "paid_orders": 2,
            "refunded_orders": 1,
            "average_order_value_cents": 850,  # 850.5, to the even neighbour
            "revenue_by_community": {"runners.berlin": 1200},
            "revenue_by_promotion": {"$spring": 1200},
            "hours": {
                "09": {"gross_revenue_cents": 1000, "paid_orders": 1},
                "10": {
                    "gross_revenue_cents": 701,
                    "paid_orders": 1,
                    "refunded_cents": 501,
                    "refunded_orders": 1,
                },
            },
        }
    }


@pytest.mark.parametrize(
    ("amounts", "average"),
    [
        ([0], 0),
        ([1, 0], 0),  # 0.5
        ([1, 2], 2),  # 1.5
        ([2, 3], 2),  # 2.5
        ([3, 4], 4),  # 3.5
        ([1, 0, 0], 0),
        ([2, 0, 0], 1),
        ([2**53 - 1, 2**53 - 2], 2**53 - 2),  # a tie that no double can tell
        ([2**53 - 1] * 3, 2**53 - 1),
    ],
)
def test_average_order_value(amounts: list[int], average: int) -> None:
    found = run("revenue", *(pay(f"o{i}", cents) for i, cents in enumerate(amounts)))
    assert found.documents[DAY]["average_order_value_cents"] == average
    assert found.documents[DAY]["gross_revenue_cents"] == sum(amounts)


def test_a_later_payment_is_no_second_paid_order_and_may_be_on_another_date() -> None:
    found = run("revenue", pay("a", 100, LATER), pay("a", 50, EVE), pay("a", 0, NOON))
    assert figures(found, "2026-11-23")["paid_orders"] == 1
    early = found.documents["2026-11-21"]
    assert early["paid_orders"] == 0
    assert early["average_order_value_cents"] is None
    assert DAY not in found.documents, "nothing but zeros makes no document"


def test_a_refund_is_on_the_cancellation_date_and_net_may_be_negative() -> None:
    found = run(
        "revenue",
        cancel("a", LATER, refund_cents=300),
        pay("a", 1000, NOON),
        cancel("a", "2026-11-24T00:00:00Z", refund_cents=200),
        cancel("never-paid", "2026-11-24T01:00:00Z", refund_cents=7),
    )
    assert found.documents[DAY]["net_revenue_cents"] == 1000
    assert found.documents["2026-11-23"]["net_revenue_cents"] == -300
    assert found.documents["2026-11-23"]["refunded_orders"] == 1
    assert figures(found, "2026-11-24") == {
        "refunded_cents": 207,
        "net_revenue_cents": -207,
        "refunded_orders": 1,
        "hours": {
            "00": {"refunded_cents": 200},
            "01": {"refunded_cents": 7, "refunded_orders": 1},
        },
    }


@pytest.mark.parametrize(
    ("payload", "refunded"),
    [
        ({"refund_cents": 5}, 5),
        ({"refund_amount_cents": 5}, 5),
        ({"refund": {"amount_cents": 5}}, 5),
        ({"refund_cents": 5, "refund_amount_cents": "x", "refund": []}, 5),
        ({"refund_cents": None, "refund_amount_cents": 5, "refund": {"amount_cents": 9}}, 5),
        ({"refund_cents": None, "refund_amount_cents": None, "refund": {"amount_cents": 5}}, 5),
        ({"refund_cents": 0, "refund_amount_cents": 5}, 0),
        ({"refund_cents": None}, 0),
        ({"refund": {"amount_cents": None}}, 0),
        ({"refund": None}, 0),
        ({}, 0),
    ],
)
def test_forms_of_a_refund(payload: dict[str, object], refunded: int) -> None:
    found = run("revenue", cancel("o", **payload), cancel("o", refund_cents=1))
    assert figures(found)["refunded_cents"] == refunded + 1
    assert figures(found)["refunded_orders"] == 1
    assert (found.counted, found.dead_letters) == (2, {})


@pytest.mark.parametrize(
    "cancellation",
    [
        event("order.cancelled"),
        event("order.cancelled", aggregate_id=5),
        event("order.cancelled", {"reason": "none"}),
    ],
)
def test_a_cancellation_without_refund_needs_no_order(cancellation: dict[str, object]) -> None:
    found = run("revenue", cancellation)
    assert (found.counted, found.dead_letters, found.documents) == (1, {}, {})


@pytest.mark.parametrize("cents", BAD_CENTS)
def test_amounts_that_are_dead_letters(cents: object) -> None:
    assert dead(run("revenue", pay("o", cents))) == [0]
    if cents is not None:
        assert dead(run("revenue", cancel("o", refund_cents=cents, refund_amount_cents=1))) == [0]
        assert dead(run("revenue", cancel("o", refund_amount_cents=cents))) == [0]
        assert dead(run("revenue", cancel("o", refund={"amount_cents": cents}))) == [0]


def test_order_id_else_aggregate_id_else_subject() -> None:
    found = run(
        "revenue",
        pay("o", 1),
        event("order.payment_succeeded", {"amount_cents": 1}, aggregate_id="o", subject="p"),
        event("order.payment_succeeded", {"amount_cents": 1, "order_id": None}, subject="o"),
        pay("o", 1) | {"aggregate_id": "another"},
        pay("o", 1) | {"aggregate_id": 5},
    )
    assert figures(found)["paid_orders"] == 1
    assert found.counted == 5


@pytest.mark.parametrize("order", BAD_IDS)
def test_order_ids_that_are_dead_letters(order: object) -> None:
    assert dead(run("revenue", pay("o", 1, order_id=order) | {"aggregate_id": "good"})) == [0]
    assert dead(run("revenue", cancel("o", order_id=order, refund_cents=1))) == [0]
    assert dead(run("revenue", attribute("o", order_id=order, community_id="c"))) == [0]
    assert dead(run("revenue", pay("o", 1, order_id=None) | {"aggregate_id": order})) == [0]


C, P = "revenue_by_community", "revenue_by_promotion"


@pytest.mark.parametrize(
    ("log", "community", "promotion"),
    [
        ([attribute("o", community_id="c"), pay("o", 5)], {"c": 5}, {}),
        ([pay("o", 5), attribute("o", promotion_id="p")], {}, {"p": 5}),
        ([pay("o", 5), attribute("other", promotion_id="p")], {}, {}),
        # The last one before the payment holds.
        (
            [attribute("o", community_id="c"), attribute("o", community_id="d"), pay("o", 5)],
            {"d": 5},
            {},
        ),
        # As a whole: the promotion of the first one is gone.
        (
            [
                attribute("o", community_id="c", promotion_id="p"),
                attribute("o", community_id="d"),
                pay("o", 5),
            ],
            {"d": 5},
            {},
        ),
        # Revenue that is attributed never moves, and gets no second half.
        (
            [pay("o", 5), attribute("o", community_id="c"), attribute("o", promotion_id="p")],
            {"c": 5},
            {},
        ),
        (
            [
                pay("o", 5),
                attribute("o", community_id="c"),
                pay("o", 7),
                attribute("o", community_id="d"),
                pay("o", 11),
            ],
            {"c": 12, "d": 11},
            {},
        ),
        (
            [pay("o", 5), pay("o", 7), attribute("o", community_id="", promotion_id=" ")],
            {"": 12},
            {" ": 12},
        ),
        ([pay("o", 0), attribute("o", community_id="c")], {}, {}),
        (
            [attribute("o", community_id=None, promotion_id="$a.b"), pay("o", 5)],
            {},
            {"$a.b": 5},
        ),
        (
            [
                attribute("o", community_id="c"),
                pay("o", 5),
                cancel("o", refund_cents=5),
            ],
            {"c": 5},
            {},
        ),
    ],
)
def test_attributions(
    log: list[dict[str, object]], community: dict[str, int], promotion: dict[str, int]
) -> None:
    document = run("revenue", *log).documents[DAY]
    assert (document[C], document[P]) == (community, promotion)


def test_revenue_is_attributed_on_the_date_of_the_payment() -> None:
    found = run("revenue", pay("o", 5, EVE), pay("o", 7, LATER), attribute("o", community_id="c"))
    assert found.documents["2026-11-21"][C] == {"c": 5}
    assert found.documents["2026-11-23"][C] == {"c": 7}
    assert DAY not in found.documents, "the date of the attribution itself has nothing"


@pytest.mark.parametrize(
    "ids",
    [
        {},
        {"community_id": None, "promotion_id": None},
        *({"community_id": bad, "promotion_id": "p"} for bad in BAD_IDS if bad != ""),
        *({"promotion_id": bad} for bad in BAD_IDS if bad != ""),
    ],
)
def test_attributions_that_are_dead_letters(ids: dict[str, object]) -> None:
    found = run("revenue", attribute("o", **ids), pay("o", 5))
    assert dead(found) == [0]
    assert found.documents[DAY][C] == {}


@pytest.mark.parametrize(
    ("reporting", "currency", "counts"),
    [
        (None, "USD", True),
        (None, 5, True),
        ("EUR", "EUR", True),
        ("EUR", "eur", True),
        ("eur", "Eur", True),
        ("EUR", None, True),
        ("EUR", "USD", False),
        ("EUR", "", False),
        ("EUR", 978, False),
    ],
)
def test_currencies(reporting: str | None, currency: object, counts: bool) -> None:
    lost = [] if counts else [0, 1]
    log = (pay("o", 5, currency=currency), cancel("o", refund_cents=5, currency=currency))
    assert dead(run("revenue", *log, currency=reporting)) == lost


def test_a_cancellation_without_refund_has_no_currency_to_check() -> None:
    assert run("revenue", cancel("o", currency="USD"), currency="EUR").counted == 1


def test_events_without_effect_use_up_their_ids() -> None:
    found = run(
        "revenue",
        cancel("o") | {"event_id": "x"},
        pay("o", 5) | {"event_id": "x"},
        attribute("o", community_id="c") | {"event_id": "y"},
        pay("o", 7) | {"event_id": "y"},
        pay("o", "9") | {"event_id": "z"},
        pay("o", 9) | {"event_id": "z"},
        event("order.created", event_id="w"),
        pay("o", 2) | {"event_id": "w"},
    )
    assert found.documents[DAY][C] == {"c": 11}
    assert (found.counted, found.duplicates, found.skipped, dead(found)) == (4, 2, 1, [4])
