"""The life of an order: payment within minutes, delivery within hours."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

from .happening import Happening, Story

MINUTE: Final = 60.0
_PRICES: Final = (890, 1290, 1490, 1990, 2490, 2990, 3490, 3990, 4990, 5990, 7990, 9990, 12_990)
_COMMUNITIES: Final = ("runners-berlin",) * 3 + ("yoga-lisbon",) * 2 + ("plant-parents",) * 2
_MORE_COMMUNITIES: Final = ("home-baristas", "city-cyclists", "trail-mums")
_PROMOTIONS: Final = ("spring-drop", "spring-drop", "welcome-10", "welcome-10", "friends-first")

Works = Callable[[float], bool]
"""Whether payments work at an instant."""


def order(rng: Random, key: str, at: float, payments_work: Works) -> Story:
    """One order, created at this instant."""
    cents = sum(rng.choice(_PRICES) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    yield _happens(at, "created", key, {"total_cents": cents})
    if rng.random() < 0.4:
        yield _attribution(rng, key, at + rng.uniform(1, MINUTE))
    paid = False
    for _ in range(rng.choices((0, 1, 2), (6, 88, 6))[0]):
        at += rng.uniform(20, 5 * MINUTE)
        yield _happens(at, "payment_initiated", key, {"amount_cents": cents})
        at += rng.uniform(2, 40)
        if rng.random() < (0.95 if payments_work(at) else 0.25):
            yield _happens(at, "payment_succeeded", key, {"order_id": key, "amount_cents": cents})
            paid = True
            break
        yield _happens(at, "payment_failed", key, {"reason": "card declined"})
    if not paid:
        if rng.random() < 0.5:
            yield _happens(at + rng.uniform(1, 40) * MINUTE, "cancelled", key, {"order_id": key})
        return
    if rng.random() < 0.15:
        yield _attribution(rng, key, at + rng.uniform(1, 90) * MINUTE)
    yield from _delivery(rng, key, at, cents)


def _delivery(rng: Random, key: str, at: float, cents: int) -> Story:
    at += rng.uniform(1, 15) * MINUTE
    if rng.random() < 0.03:
        yield _refund(rng, key, at, cents)
        return
    yield _happens(at, "confirmed", key)
    at += rng.uniform(10, 60) * MINUTE
    if rng.random() < 0.02:
        yield _refund(rng, key, at, cents)
        return
    yield _happens(at, "shipped", key, {"carrier": rng.choice(("dhl", "ups", "post"))})
    at += rng.uniform(60, 180) * MINUTE
    yield _happens(at, "delivered", key)
    if rng.random() < 0.02:
        yield _refund(rng, key, at + rng.uniform(10, 60) * MINUTE, cents)


def _refund(rng: Random, key: str, at: float, cents: int) -> Happening:
    back = cents if rng.random() < 0.8 else cents // 2
    return _happens(at, "cancelled", key, {"order_id": key, "refund_cents": back})


def _attribution(rng: Random, key: str, at: float) -> Happening:
    payload = {"order_id": key}
    kind = rng.choice(("community", "promotion", "both"))
    if kind != "promotion":
        payload["community_id"] = rng.choice(_COMMUNITIES + _MORE_COMMUNITIES)
    if kind != "community":
        payload["promotion_id"] = rng.choice(_PROMOTIONS)
    return _happens(at, "attribution_recorded", key, payload)


def _happens(at: float, name: str, key: str, payload: dict[str, Any] | None = None) -> Happening:
    return Happening(at, "order", name, key, payload)
