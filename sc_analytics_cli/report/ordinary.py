"""What is ordinary for a figure, told from the days before: median and spread.

Robust: up to a third of the days may be anything. Counts are compared by their
square roots (Anscombe's transformation), in which chance alone spreads every
count by 1, whether few or many are expected. Rates are compared as they are;
chance spreads them by the size of what they are a part of. Where events come in
clumps, chance spreads them by more (see `clumps`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log, sqrt
from typing import Final, NamedTuple

from .clumps import Hourly, Part, in_parts, median, root

LEAST_DAYS: Final = 7
"""With fewer days that can be compared nothing is called ordinary."""

SPREADS: Final = 6.0
"""So many spreads away from the ordinary is out of it."""

LEAST_WHOLE: Final = 20
"""A rate of fewer is not judged."""

_LEAST_MISPLACED: Final = 8
"""So many events at least must be too many or missing for a rate to be out of the ordinary."""

_NEVER_NONE: Final = 13
"""Where so many are expected, chance alone leaves none of them once in half a million times."""

_LEAST_POINTS: Final = 0.05
_SPILLING_OVER: Final = 0.005
"""So much of a part may fall into another hour than its whole does."""

_SPILLING_AN_HOUR: Final = 0.02
"""And so many events an hour: few hide what spills over less well than many do."""

_LEAST_PAIRS: Final = 5
_NORMAL: Final = 1.4826
"""The standard deviation of a normal distribution whose median absolute deviation is 1."""

_OF_AMOUNTS: Final = 2.0
"""The variance of a sum of money, in payments, where that of their count is 1."""

_FROM_DAY_TO_DAY: Final = 0.1
"""No count is expected to come nearer than this to the one of another day, however many it is."""


class Judgement(NamedTuple):
    """What is usual, from `low` to `high`, and how many spreads beyond it the value is.

    `beyond` is below 0 where the value is too small, 0 where it is ordinary. `away` is
    how many spreads it lies from the middle of other days, be it ordinary or not.
    """

    low: float
    high: float
    beyond: float
    away: float


Days = Mapping[int, float]
"""How many days ago, 1 to 14 → a figure of that day."""


def judge_count(
    value: float, days: Days, clumps: Callable[[], float], *, unit: float = 1.0
) -> Judgement | None:
    """A count against those of other days; None where there are too few of them.

    `clumps` (see there) is only asked for where single events would be out of the
    ordinary. `unit` is what one event adds, for sums of money. None at all is out of
    the ordinary where there always were some, however much they go up and down.
    """
    if len(days) < LEAST_DAYS or unit <= 0:
        return None
    roots = {ago: root(each / unit) for ago, each in days.items()}
    single = 1.0 if unit == 1.0 else _OF_AMOUNTS
    beyond, away = _counts_beyond(root(value / unit), roots, single)
    if beyond:
        beyond, away = _counts_beyond(root(value / unit), roots, max(single, clumps()))
    found = _judgement(days, beyond, away)
    if not value and not beyond and found.low >= _NEVER_NONE * unit:
        return found._replace(beyond=root(0) - root(found.low / unit))
    return found


def _counts_beyond(value: float, roots: Days, variance: float) -> tuple[float, float]:
    """Spreads beyond the ordinary, and away; `variance` is what chance brings about."""
    middle = median(roots.values())
    spread = max(_spread(roots, middle), sqrt(variance), _FROM_DAY_TO_DAY * middle / 2)
    tolerance = SPREADS * spread
    same = _typical(_weekdays(roots), middle, tolerance)
    beyond, away = (_beyond(value, middle, same, room) / spread for room in (tolerance, 0.0))
    return beyond, away


def judge_rate(value: Part, days: Mapping[int, Part], hourly: Hourly) -> Judgement | None:
    """A rate against those of other days; None where either side is too small to tell.

    `hourly` tells what the part is to the whole. Where it is of the whole (each
    payment that succeeded was initiated), chance is that of draws, and larger
    where they come in clumps. Otherwise the two come and go by themselves, as
    deliveries and confirmations of one date do, and chance spreads both.
    """
    part, whole = value
    known = {ago: each for ago, each in days.items() if each[1] >= LEAST_WHOLE}
    if whole < LEAST_WHOLE or len(known) < LEAST_DAYS:
        return None
    if _nested(hourly):
        middle, same, beyond, away = _judge_nested(value, known, 1.0)
        if beyond:
            middle, same, beyond, away = _judge_nested(value, known, in_parts(hourly))
    else:
        middle, same, beyond, away = _judge_apart(value, known)
    if min(abs(part - whole * middle), abs(part - whole * same)) < _LEAST_MISPLACED:
        beyond = 0.0
    return _judgement({ago: of / among for ago, (of, among) in known.items()}, beyond, away)


def _nested(hourly: Hourly) -> bool:
    """Whether the part is of the whole: hour by hour there is hardly ever more of it."""
    parts = [each for day in hourly for each in day]
    total = sum(part for part, _ in parts)
    hours = sum(1 for _, whole in parts if whole)
    spilled = sum(max(0, part - whole) for part, whole in parts)
    return spilled <= _SPILLING_OVER * total + _SPILLING_AN_HOUR * hours


def _judge_nested(
    value: Part, days: Mapping[int, Part], clumps: float
) -> tuple[float, float, float, float]:
    """The middle, the same weekday's rate, the spreads beyond the ordinary, and away."""
    part, whole = value
    rates = {ago: of / among for ago, (of, among) in days.items()}
    middle = median(rates.values())
    fewer = max(1.0, median(among for _, among in days.values()) / whole)
    chance = sqrt(clumps * max(middle * (1 - middle), 1 / whole) / whole)
    spread = max(_spread(rates, middle) * sqrt(fewer), chance)
    tolerance = max(SPREADS * spread, _LEAST_POINTS)
    same = _typical(_weekdays(rates), middle, tolerance)
    beyond, away = (_beyond(part / whole, middle, same, room) / spread for room in (tolerance, 0.0))
    return middle, same, beyond, away


def _judge_apart(value: Part, days: Mapping[int, Part]) -> tuple[float, float, float, float]:
    """The same by logarithms, in which a rate may double as well as halve."""
    logs = {ago: _log(each) for ago, each in days.items()}
    middle = median(logs.values())
    whole = value[1]
    chance = sqrt(1 / max(1.0, exp(middle) * whole) + 1 / whole + 2 * _FROM_DAY_TO_DAY**2)
    spread = max(_spread(logs, middle), chance)
    same = _typical(_weekdays(logs), middle, SPREADS * spread)
    tolerance = SPREADS * spread
    beyond, away = (_beyond(_log(value), middle, same, room) / spread for room in (tolerance, 0.0))
    return exp(middle), exp(same), beyond, away


def _log(each: Part) -> float:
    return log((each[0] + 0.5) / (each[1] + 0.5))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _spread(days: Days, middle: float) -> float:
    """How far days are from each other, without the rhythm of the week.

    Either from the middle of all, or from the same day a week later, whichever is
    less: a rhythm makes the first large, and a growth the second.
    """
    from_middle = median(abs(value - middle) for value in days.values())
    apart = [abs(days[ago] - days[ago + 7]) for ago in days if ago + 7 in days]
    if len(apart) < _LEAST_PAIRS:
        return _NORMAL * from_middle
    return _NORMAL * min(from_middle, median(apart) / sqrt(2))


def _weekdays(days: Days) -> list[float]:
    return [value for ago, value in days.items() if ago % 7 == 0]


def _typical(values: Sequence[float], middle: float, tolerance: float) -> float:
    """The mean of the same weekday's values, without one that was itself out of order."""
    nearest = min(values, key=lambda value: abs(value - middle), default=middle)
    return _mean([value for value in values if abs(value - nearest) <= tolerance] or [nearest])


def _beyond(value: float, middle: float, same: float, tolerance: float) -> float:
    low, high = min(middle, same) - tolerance, max(middle, same) + tolerance
    return min(value - low, 0.0) or max(value - high, 0.0)


def _judgement(days: Days, beyond: float, away: float) -> Judgement:
    """With the seventh part of the days left out at either end: two of fourteen."""
    ordered = sorted(days.values())
    edge = len(ordered) // 7
    low, high = ordered[edge], ordered[-1 - edge]
    middle = median(ordered)
    same = _typical(_weekdays(days), middle, max(high - middle, middle - low))
    return Judgement(min(low, same), max(high, same), beyond, away)
