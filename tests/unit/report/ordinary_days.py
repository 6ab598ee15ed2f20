"""Days as a shop has them: a rhythm of the day and of the week, and noise; seeded."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from math import cos, exp, pi, sqrt
from typing import Any

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily

PROJECTIONS = (OrderFunnelDaily, RevenueDaily, UserLifecycleDaily)
START = date(2026, 9, 1)

Hour = dict[str, int]
Days = dict[Projection, dict[str, Document]]
Damage = Callable[[date, int, str], float]
"""(date, hour, what) → the factor on what happens: `orders`, `payments`, `registrations`."""


def undamaged(day: date, hour: int, what: str) -> float:
    """Everything is as it should be."""
    return 1.0


class Shop:
    """Draws the hours of one shop: about `orders` orders on a weekday, more at the weekend.

    `late` is the share of payments that succeed in the hour after the one they began in.
    """

    def __init__(
        self, seed: int, orders: float, damage: Damage = undamaged, late: float = 0.0
    ) -> None:
        self._random = random.Random(seed)
        self._orders = orders
        self._damage = damage
        self._late = late

    def days(self, count: int, start: date = START) -> Days:
        """Documents of `count` days from `start` on, by projection and date."""
        found: Days = {projection: {} for projection in PROJECTIONS}
        for number in range(count):
            day = start + timedelta(days=number)
            level = self._orders * week(day) * exp(self._random.gauss(0, 0.06))
            hours = {f"{hour:02}": self._hour(day, hour, level) for hour in range(24)}
            self._end_late(hours)
            for projection in PROJECTIONS:
                found[projection][day.isoformat()] = document(projection, day, hours)
        return found

    def _hour(self, day: date, hour: int, level: float) -> Hour:
        expected = level * daily(hour) * exp(self._random.gauss(0, 0.08))
        created = self.poisson(expected * self._damage(day, hour, "orders"))
        initiated = self.share(created, 0.94)
        paid = self.share(initiated, 0.94 * self._damage(day, hour, "payments"))
        refunds = self.poisson(level * daily(hour - 3) * 0.04)
        people = self.poisson(expected * 0.4 * self._damage(day, hour, "registrations"))
        return {
            "orders_created": created,
            "payments_initiated": initiated,
            "payments_succeeded": paid,
            "payments_failed": initiated - paid,
            "orders_confirmed": self.share(paid, 0.96),
            "orders_shipped": self.poisson(level * daily(hour + 2) * 0.8),
            "orders_delivered": self.poisson(level * daily(hour + 5) * 0.7),
            "orders_cancelled": refunds + self.poisson(expected * 0.05),
            "gross_revenue_cents": sum(self.amount() for _ in range(min(paid, 400)))
            * max(1, paid)
            // max(1, min(paid, 400)),
            "refunded_cents": sum(self.amount() for _ in range(refunds)),
            "paid_orders": paid,
            "refunded_orders": refunds,
            "registrations": people,
            "verifications": self.poisson(level * daily(hour - 1) * 0.4 * 0.8),
            "leaders_promoted": self.poisson(0.2),
            "leaders_demoted": self.poisson(0.1),
            "suspensions": self.poisson(0.1),
            "reactivations": self.poisson(0.05),
            "deletions": self.poisson(0.15),
            "login_successes": self.poisson(expected * 3),
            "login_failures": self.poisson(expected * 0.4),
            "accounts_locked": self.poisson(expected * 0.02),
        }

    def _end_late(self, hours: dict[str, Hour]) -> None:
        if not self._late:
            return
        for hour in range(22, -1, -1):
            late = self.share(hours[f"{hour:02}"]["payments_succeeded"], self._late)
            hours[f"{hour:02}"]["payments_succeeded"] -= late
            hours[f"{hour + 1:02}"]["payments_succeeded"] += late

    def amount(self) -> int:
        """The cents of one payment: most are small, some are not."""
        return int(self._random.lognormvariate(8.7, 0.7))

    def share(self, count: int, chance: float) -> int:
        """How many of `count` do it."""
        if count < 100:
            return sum(self._random.random() < chance for _ in range(count))
        drawn = self._random.gauss(count * chance, sqrt(count * chance * (1 - min(chance, 1))))
        return min(count, max(0, round(drawn)))

    def poisson(self, mean: float) -> int:
        """A count about `mean`."""
        if mean > 60:
            return max(0, round(self._random.gauss(mean, sqrt(mean))))
        left, count = exp(-mean), 0
        product = self._random.random()
        while product > left:
            product *= self._random.random()
            count += 1
        return count


def week(day: date) -> float:
    """More at the weekend."""
    return (1.0, 0.95, 0.97, 1.0, 1.15, 1.35, 1.5)[day.weekday()]


def daily(hour: int) -> float:
    """The hour's part of a day: least at four, most at sixteen and after."""
    return (1 - 0.85 * cos((hour - 4) / 24 * 2 * pi)) / 24


def document(projection: Projection, day: date, hours: Mapping[str, Hour]) -> Document:
    """The stored document that these hours add up to."""
    stored = projection.shape.empty(day.isoformat())
    for name in projection.shape.fields:
        if isinstance(stored[name], int) and name in hours["00"]:
            stored[name] = sum(each[name] for each in hours.values())
    stored["hours"] = {
        hour: {name: each[name] for name in stored if each.get(name)}
        for hour, each in hours.items()
    }
    projection.shape.derive(stored)
    return stored


def until(stored: Document, projection: Projection, hour: int, of_hour: float) -> Document:
    """The document as it was when so much (0 to 1) of the hour had passed."""
    kept: dict[str, Any] = {}
    for each, counts in stored["hours"].items():
        if int(each) < hour:
            kept[each] = counts
        elif int(each) == hour:
            kept[each] = {name: round(count * of_hour) for name, count in counts.items()}
    partial = {**stored, "hours": kept}
    for name in stored:
        if isinstance(stored[name], int):
            partial[name] = sum(each.get(name, 0) for each in kept.values())
    projection.shape.derive(partial)
    return partial


def instants() -> Iterator[tuple[int, float]]:
    """Every hour of a day, a third of it over."""
    for hour in range(24):
        yield hour, 0.33
