"""A believable shop: its users, its orders, and when things happen to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random

from .documents import ORDER_TOPIC, USER_TOPIC

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Events in each hour of the day, relative to each other: quiet at night, busy at lunch and
# in the evening.
_HOURS = (6, 3, 2, 1, 1, 2, 5, 11, 17, 20, 23, 26, 30, 27, 23, 22, 24, 29, 36, 43, 46, 40, 26, 13)
USER_WEEK = (10, 10, 10, 10, 9, 7, 8)
ORDER_WEEK = (8, 8, 8, 9, 11, 15, 14)
_PRICES = (890, 1290, 1490, 1990, 2490, 2990, 3490, 3990, 4990, 5990, 7990, 9990, 12_990)


@dataclass(frozen=True)
class Fact:
    """Something that happened, before it is written down as an event."""

    topic: str
    type: str
    key: str
    at: int
    payload: dict[str, object] | None


@dataclass(frozen=True)
class Habits:
    """How often things happen, as shares between 0 and 1."""

    communities: Sequence[str]
    promotions: Sequence[str]
    currencies: Sequence[str | None]
    cancelled: float
    attributed: float
    growth: float


class Calendar:
    """Draws moments of a stretch of days, with the rhythm of the day and the week."""

    def __init__(
        self, rng: Random, first_day: str, days: int, week: Sequence[int], growth: float
    ) -> None:
        first = date.fromisoformat(first_day)
        midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
        self.start = int(midnight.timestamp()) * SECOND
        self.end = self.start + days * DAY
        self._rng = rng
        self._weights = [
            week[(first.weekday() + day) % 7] * (1 + growth) ** day for day in range(days)
        ]

    def moment(self) -> int:
        """Draw any moment of the days."""
        day = self._rng.choices(range(len(self._weights)), self._weights)[0]
        return self._on(self.start + day * DAY)

    def later(self, after: int) -> int:
        """Draw a moment up to some days later, which may lie past the end."""
        gap = self._rng.choice((0, 0, 1, 1, 1, 2, 3, 4, 6, 9))
        found = self._on(after - (after - self.start) % DAY + gap * DAY)
        return found if found > after else after + self._rng.randrange(SECOND, HOUR)

    def _on(self, midnight: int) -> int:
        hour = self._rng.choices(range(24), _HOURS)[0]
        return midnight + hour * HOUR + self._rng.randrange(HOUR)


class Users:
    """Tells what happens to users."""

    def __init__(self, rng: Random, calendar: Calendar, known: int = 0) -> None:
        self._rng = rng
        self._calendar = calendar
        self._known = known

    def story(self) -> Iterator[Fact]:
        """Tell the story of one user, from registration or from some time after it."""
        rng = self._rng
        self._known += 1
        key = f"usr-{self._known:07d}"
        at = self._calendar.moment()
        if rng.random() < 0.3:
            yield self._fact("created", key, at, {"channel": rng.choice(("web", "app", "invite"))})
            if rng.random() < 0.8:
                at += rng.choice((MINUTE, MINUTE, HOUR, 9 * HOUR)) + rng.randrange(20 * MINUTE)
                yield self._fact("verified", key, at, None)
        yield from self._logins(key, at)
        if rng.random() < 0.07:
            yield from self._roles(key, self._calendar.later(at))
        if rng.random() < 0.025:
            at = self._calendar.later(at)
            yield self._fact("suspended", key, at, {"reason": rng.choice(("spam", "chargeback"))})
            if rng.random() < 0.6:
                at = self._calendar.later(at)
                yield self._fact("reactivated", key, at, None)
        if rng.random() < 0.03:
            yield self._fact("deleted", key, self._calendar.later(at), None)

    def _logins(self, key: str, after: int) -> Iterator[Fact]:
        rng = self._rng
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 5, 8))):
            at = after = self._calendar.later(after)
            failures = rng.choices((0, 1, 2, 3, 5), (90, 6, 2, 1, 1))[0]
            for _ in range(failures):
                yield self._fact("login_failed", key, at, {"reason": "wrong password"})
                at += rng.randrange(4 * SECOND, 50 * SECOND)
            if failures == 5:
                yield self._fact("locked", key, at, None)
            else:
                yield self._fact("login_succeeded", key, at, None)

    def _roles(self, key: str, at: int) -> Iterator[Fact]:
        rng = self._rng
        role = rng.choice(("member", "member", "member", "moderator", "leader", None))
        for _ in range(rng.choice((1, 1, 2))):
            new = rng.choice([other for other in ("member", "leader") if other != role])
            if rng.random() < 0.15:
                new = "moderator"
            payload: dict[str, object] = {"new_role": new}
            if role is not None:
                payload["old_role"] = role
            yield self._fact("role_changed", key, at, payload)
            role = new
            at = self._calendar.later(at)

    @staticmethod
    def _fact(name: str, key: str, at: int, payload: dict[str, object] | None) -> Fact:
        return Fact(USER_TOPIC, f"user.{name}", key, at, payload)


class Orders:
    """Tells what happens to orders."""

    def __init__(self, rng: Random, calendar: Calendar, habits: Habits, known: int = 0) -> None:
        self._rng = rng
        self._calendar = calendar
        self._habits = habits
        self._known = known

    def story(self) -> Iterator[Fact]:
        """Tell the story of one order, from creation to delivery or cancellation."""
        rng = self._rng
        self._known += 1
        key = f"ord-{self._known:07d}"
        at = self._calendar.moment()
        cents = self._price()
        currency = rng.choice(self._habits.currencies)
        yield self._fact("created", key, at, {"total_cents": cents})
        if rng.random() < self._habits.attributed:
            yield self._attribution(key, at + rng.randrange(MINUTE))
        paid = False
        for _ in range(rng.choices((0, 1, 2), (7, 86, 7))[0]):
            at += rng.randrange(10 * SECOND, 15 * MINUTE)
            yield self._fact("payment_initiated", key, at, {"amount_cents": cents})
            at += rng.randrange(2 * SECOND, 90 * SECOND)
            paid = rng.random() < 0.9
            if paid:
                yield self._payment(key, at, cents, currency)
                break
            yield self._fact("payment_failed", key, at, {"reason": "card declined"})
        if not paid:
            yield from self._give_up(key, at)
            return
        yield from self._after_payment(key, at, currency)
        yield from self._delivery(key, at, cents, currency)

    def _give_up(self, key: str, at: int) -> Iterator[Fact]:
        rng = self._rng
        if rng.random() < 0.5:
            at += rng.randrange(HOUR, DAY)
            # Goodwill: money handed back for an order that never paid counts too.
            refund = rng.choice((500, 1_000)) if rng.random() < 0.03 else None
            yield self._cancellation(key, at, refund, None)

    def _after_payment(self, key: str, at: int, currency: str | None) -> Iterator[Fact]:
        rng = self._rng
        if rng.random() < self._habits.attributed / 4:
            at += rng.randrange(MINUTE, 30 * HOUR)
            yield self._attribution(key, at)
            if rng.random() < 0.3:
                yield self._attribution(key, at + rng.randrange(MINUTE, DAY))
        if rng.random() < 0.03:
            at += rng.randrange(MINUTE, 2 * DAY)
            extra = self._price()
            yield self._fact("payment_initiated", key, at, {"amount_cents": extra})
            yield self._payment(key, at + rng.randrange(SECOND, MINUTE), extra, currency)
            if rng.random() < 0.5:
                yield self._attribution(key, at + rng.randrange(MINUTE, DAY))

    def _delivery(self, key: str, at: int, cents: int, currency: str | None) -> Iterator[Fact]:
        rng = self._rng
        if rng.random() < 0.98:
            at += rng.randrange(20 * SECOND, 10 * MINUTE)
            yield self._fact("confirmed", key, at, None)
        if rng.random() < self._habits.cancelled:
            yield from self._refunds(key, at + rng.randrange(HOUR, 30 * HOUR), cents, currency)
            return
        at += rng.randrange(6 * HOUR, 40 * HOUR)
        yield self._fact("shipped", key, at, {"carrier": rng.choice(("DHL", "UPS", "GLS"))})
        if rng.random() < 0.96:
            at += rng.randrange(16 * HOUR, 80 * HOUR)
            yield self._fact("delivered", key, at, None)
            if rng.random() < self._habits.cancelled / 3:
                part = cents * rng.choice((30, 50, 75)) // 100
                yield self._cancellation(key, at + rng.randrange(HOUR, 3 * DAY), part, currency)

    def _refunds(self, key: str, at: int, cents: int, currency: str | None) -> Iterator[Fact]:
        rng = self._rng
        share = rng.choices((100, 80, 50, 25, 0, None), (60, 8, 8, 8, 4, 12))[0]
        part = None if share is None else cents * share // 100
        # A refund of nothing has no currency here: whether it is checked is nobody's concern.
        yield self._cancellation(key, at, part, currency if part else None)
        if part is not None and 0 < part < cents and rng.random() < 0.4:
            later = at + rng.randrange(HOUR, 2 * DAY)
            yield self._cancellation(key, later, cents - part, currency)

    def _price(self) -> int:
        rng = self._rng
        goods = sum(rng.choice(_PRICES) for _ in range(rng.choice((1, 1, 1, 2, 2, 3))))
        discount = rng.choices((0, 10, 15, 25, 100), (70, 15, 8, 6.5, 0.5))[0]
        goods = goods * (100 - discount) // 100
        return goods + 490 if 0 < goods < 5_000 else goods

    def _attribution(self, key: str, at: int) -> Fact:
        rng = self._rng
        payload: dict[str, object] = {}
        which = rng.random()
        if which < 0.75:
            payload["community_id"] = rng.choice(self._habits.communities)
        if which > 0.45:
            payload["promotion_id"] = rng.choice(self._habits.promotions)
        return self._fact("attribution_recorded", key, at, payload)

    def _payment(self, key: str, at: int, cents: int, currency: str | None) -> Fact:
        payload: dict[str, object] = {"amount_cents": cents}
        if currency is not None:
            payload["currency"] = currency
        return self._fact("payment_succeeded", key, at, payload)

    def _cancellation(self, key: str, at: int, refund: int | None, currency: str | None) -> Fact:
        payload: dict[str, object] = {"reason": self._rng.choice(("size", "late", "mind changed"))}
        if refund is not None:
            payload["refund_cents"] = refund
            if currency is not None:
                payload["currency"] = currency
        return self._fact("cancelled", key, at, payload)

    @staticmethod
    def _fact(name: str, key: str, at: int, payload: dict[str, object] | None) -> Fact:
        order = None if payload is None else {"order_id": key, **payload}
        return Fact(ORDER_TOPIC, f"order.{name}", key, at, order)
