"""A shop that is open round the clock: orders and users come with the rhythm of the day."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import inf
from random import Random
from typing import Final

from .happening import Happening, Story
from .orders import order
from .users import user

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
_STEP: Final = HOUR / 4
_WARMING_SECONDS: Final = 6 * HOUR
_WARMING_EVENTS: Final = 50_000
"""For so long, or so many events, the shop is open unseen, so that orders are under way."""

_HOURS: Final = (6, 3, 2, 1, 1, 2, 5, 11, 17, 20, 23, 26, 30, 27, 23, 22, 24, 29, 36, 43, 46, 40, 26, 13)  # fmt: skip  # noqa: E501
_MEAN: Final = sum(_HOURS) / len(_HOURS)
_BUSIEST: Final = max(_HOURS)
_EVENTS_A_STORY: Final = 4.4
"""How many events an order or a visit leads to, on average."""
_ORDERS: Final = 0.5
"""The share of stories that are orders."""


@dataclass(frozen=True)
class Shop:
    """`rate` is in events a second, averaged over a day; `offset` of local time in seconds.

    Payments fail from `broken_from` on (seconds since 1970). The same values
    give the same happenings.
    """

    seed: int
    rate: float
    offset: float = 0.0
    broken_from: float = inf

    def happenings(self, start: float) -> Iterator[Happening]:
        """Everything that happens from this instant on, in the order of time, for ever."""
        warming = min(_WARMING_SECONDS, _WARMING_EVENTS / self.rate)
        rng = Random(f"{self.seed}:{start}")
        prefix = f"{int(start):x}-{self.seed:x}"
        # The number keeps stories of one instant in their order.
        waiting: list[tuple[float, int, Happening, Story]] = []
        stories = self._stories(rng, start - warming, prefix)
        coming = next(stories)
        numbers = count()
        while True:
            while not waiting or coming.at <= waiting[0][0]:
                begun = self._begin(rng, coming)
                first = next(begun)
                heapq.heappush(waiting, (first.at, next(numbers), first, begun))
                coming = next(stories)
            at, _, happening, story = heapq.heappop(waiting)
            if at >= start:
                yield happening
            following = next(story, None)
            if following is not None:
                heapq.heappush(waiting, (following.at, next(numbers), following, story))

    def expected(self, start: float, end: float) -> float:
        """About how many events happen between two instants."""
        steps = max(1, round((end - start) / _STEP))
        length = max(0.0, end - start) / steps
        middles = (start + length * (step + 0.5) for step in range(steps))
        weights = sum(_rhythm(at + self.offset) for at in middles)
        return self.rate * length * weights / _MEAN

    def _begin(self, rng: Random, coming: Happening) -> Story:
        """The whole story, drawn at once: it does not hang on what happens to others."""
        if coming.topic == "order":
            story = order(rng, coming.key, coming.at, lambda at: at < self.broken_from)
        else:
            story = user(rng, coming.key, coming.at)
        return iter(sorted(story, key=lambda each: each.at))

    def _stories(self, rng: Random, at: float, prefix: str) -> Iterator[Happening]:
        """When stories begin: a Poisson process, thinned to the rhythm of the day."""
        busiest = self.rate / _EVENTS_A_STORY * _BUSIEST / _MEAN
        known = 0
        while True:
            at += rng.expovariate(busiest)
            if rng.random() * _BUSIEST > _rhythm(at + self.offset):
                continue
            known += 1
            if rng.random() < _ORDERS:
                yield Happening(at, "order", "created", f"ord-{prefix}-{known:x}")
            else:
                yield Happening(at, "user", "created", f"usr-{prefix}-{known:x}")


def _rhythm(local: float) -> float:
    """The weight of an instant, between those of the hours around it."""
    hour, part = divmod(local % DAY / HOUR, 1)
    before, after = _HOURS[int(hour) % 24], _HOURS[(int(hour) + 1) % 24]
    return before + (after - before) * part
