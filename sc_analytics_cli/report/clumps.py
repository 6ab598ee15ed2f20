"""How many events come together, where chance alone would have them come one by one.

Who has mistyped a password tries again, and a campaign sells ten things at once:
such counts go up and down more than those of single events. How much more is told
by the hours of the days before: their variance, divided by that of single events.
Of each day it is told apart, and the median of the days taken, so that a day that
was out of order does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt

Part = tuple[float, float]
"""A part and the whole that it is of."""

Hourly = Sequence[Sequence[Part]]
"""Day after day, the parts of its hours."""


def in_parts(hourly: Hourly) -> float:
    """Of parts drawn from wholes (Pearson's chi-squared by degrees of freedom); at least 1."""
    found = []
    for day in hourly:
        hours = [each for each in day if each[1]]
        part, whole = sum(of for of, _ in hours), sum(among for _, among in hours)
        if len(hours) > 1 and 0 < part < whole:
            rate = part / whole
            scatter = sum((of - among * rate) ** 2 / among for of, among in hours)
            found.append(scatter / (rate * (1 - rate)) / (len(hours) - 1))
    return _at_least_one(found)


def in_counts(hourly: Sequence[Sequence[float]]) -> float:
    """Of counts, hour by hour of each day; at least 1.

    By their square roots, in which the variance of single events is 1. The rhythm
    of the day is taken out, and how busy each day was as a whole.
    """
    roots = [[root(count) for count in day] for day in hourly]
    usual = [median(hour) for hour in zip(*roots, strict=True)]
    found = []
    for day in roots:
        if len(day) > 1:
            busy = sum(day) / sum(usual)
            off = [at - busy * of for at, of in zip(day, usual, strict=True)]
            found.append(sum(each**2 for each in off) / (len(off) - 1))
    return _at_least_one(found)


def _at_least_one(found: Sequence[float]) -> float:
    return max(1.0, median(found)) if found else 1.0


def root(count: float) -> float:
    """A count in the measure in which chance spreads all counts by 1 (Anscombe)."""
    return 2 * sqrt(max(count, 0.0) + 0.375)


def median(values: Iterable[float]) -> float:
    """The middle value; `statistics`, which has one, takes a tenth of a report to load."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
