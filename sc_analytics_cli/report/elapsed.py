"""The same hours of different days: what makes today comparable before it is over.

Only whole hours that are over are compared: what the hour under way will come to
cannot be told. An hour that one of the days has twice or not at all, because the
clocks changed, is left out of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final

from ..fold.field import Cents, Count, Derived, Document, Shape, Tally, operands

HOURS: Final = tuple(f"{hour:02}" for hour in range(24))
"""The hours of a business day, as documents name them."""

_QUARTER: Final = timedelta(minutes=15)


def hours_over(day: date, now: datetime, zone: tzinfo) -> tuple[str, ...]:
    """The hours of the day that are over at `now` (aware); all of a day that has passed."""
    local = now.astimezone(zone)
    if day == local.date():
        return HOURS[: local.hour]
    return HOURS if day < local.date() else ()


def even_hours(hours: Iterable[str], days: Iterable[date], zone: tzinfo) -> tuple[str, ...]:
    """Those of the hours that each of the days has exactly once."""
    uneven: set[str] = set()
    for day in days:
        uneven |= _uneven(day, zone)
    return tuple(hour for hour in hours if hour not in uneven)


def _uneven(day: date, zone: tzinfo) -> frozenset[str]:
    return frozenset(hour for hour, length in hour_lengths(day, zone).items() if length != 1)


@lru_cache(maxsize=4096)
def hour_lengths(day: date, zone: tzinfo) -> Mapping[str, float]:
    """How long each hour of the day is, in hours: 1, but for those in which the clocks change."""
    start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    if end - start == timedelta(days=1) and start.astimezone(zone).date() == day:
        return dict.fromkeys(HOURS, 1.0)
    lengths = dict.fromkeys(HOURS, 0.0)
    while start < end:
        lengths[f"{start.astimezone(zone).hour:02}"] += _QUARTER / timedelta(hours=1)
        start += _QUARTER
    return lengths


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def fold_hours(
    shape: Shape, document: Mapping[str, Any] | None, hours: Sequence[str]
) -> dict[str, Any]:
    """The fields that hours know, over these hours of a document: counters, and what follows.

    Without a document, and in hours without an entry, nothing happened: zeros. What a
    document has no field for, as an older version folded it, is None.
    """
    entries = _entries(document or {}, hours)
    sums: Document = {}
    for name, field in shape.fields.items():
        if isinstance(field, Count | Tally | Cents):
            known = document is None or name in document
            sums[name] = sum([e[name] for e in entries if name in e]) if known else None
    for name, field in shape.fields.items():
        if isinstance(field, Derived):
            known = all(sums[each] is not None for each in operands(field))
            sums[name] = field.of(sums) if known else None
    return sums


def _entries(document: Mapping[str, Any], hours: Sequence[str]) -> list[Mapping[str, Any]]:
    """What adds up to the hours: their entries, or the document itself where it is all of them."""
    if len(hours) == len(HOURS):
        return [document]
    of_hours = document.get("hours", {})
    return [of_hours[hour] for hour in hours if hour in of_hours]
