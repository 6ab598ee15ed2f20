"""Figures and names as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from ..fold.field import Cents, CentsBy, Difference, Field, Mean, Ratio
from ..projections.declaration import Share

UNDEFINED: Final = "\N{EN DASH}"

ABOVE_WHOLE: Final = (
    "above 100 %: what is counted on a date, or in an hour, may have begun before it"
)
"""What a reader wants to know where `above_whole`."""

_PERCENTAGE: Final = re.compile(r"(?<![\d,.+-])([\d,]+\.\d) %")

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def heading(name: str) -> str:
    """A field's name in words for a person: `gross_revenue_cents` is `Gross revenue`."""
    return capital(name.removesuffix("_cents").replace("_", " "))


def capital(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def figure(field: Field | Share, value: Any) -> str:
    """A field's value for a person: `1,234`, cents as `1,234.50`, rates as `92.4 %`."""
    match field:
        case _ if value is None:
            return UNDEFINED
        case Ratio() | Share():
            return percent(value)
        case Cents() | CentsBy() | Difference() | Mean():
            return money(value)
        case _:
            return f"{value:,}"


def usual(field: Field | Share, low: Any, high: Any) -> str:
    """From where to where it usually is: `92.1–95.4 %`, `3–9`; one figure where both are alike."""
    least, most = figure(field, low), figure(field, high)
    return least if least == most else f"{least.removesuffix(' %')}–{most}"


def money(cents: int) -> str:
    """Cents as units with two decimals and thousands separators."""
    units, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{units:,}.{rest:02}"


def percent(fraction: float) -> str:
    """A fraction as a percentage with one decimal; above 1 it is above 100 %."""
    return f"{fraction * 100:,.1f} %"


def above_whole(texts: Iterable[str]) -> bool:
    """Whether one of the texts holds a percentage, other than a change, that is above 100 %."""
    found = (match[1] for text in texts for match in _PERCENTAGE.finditer(text))
    return any(float(each.replace(",", "")) > 100 for each in found)


def change(field: Field | Share, value: Any, before: Any) -> str:
    """How a value differs from an earlier one: `+8 %`, `-15 %`, `=`; rates in points, `+1.2 pt`.

    A dash where there is nothing to compare, or no percentage of it.
    """
    if value is None or before is None:
        return UNDEFINED
    if isinstance(field, Ratio | Share):
        return _signed(f"{(value - before) * 100:+,.1f}", " pt")
    if value == before:
        return "="
    return f"{(value - before) / before * 100:+,.0f} %" if before > 0 else UNDEFINED


def _signed(number: str, unit: str) -> str:
    return "=" if not float(number.replace(",", "")) else number + unit


def weekday(day: date) -> str:
    """`Sun 2026-11-22`."""
    return f"{_WEEKDAYS[day.weekday()]} {day}"


def weekday_of(text: str) -> str:
    """The same of a date's text: of `2026-11-22`."""
    return weekday(date.fromisoformat(text))


def short_date(day: date) -> str:
    """`Sun 22 Nov`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def dates_in_words(dates: Sequence[str]) -> str:
    """Which dates a report is of: one with its weekday, a range only where it is one."""
    if len(dates) == 1:
        return weekday_of(dates[0])
    if _consecutive(dates):
        return f"{dates[0]} … {dates[-1]}, {len(dates):,} dates"
    if dates:
        return f"{len(dates):,} dates between {min(dates)} and {max(dates)}"
    return "no dates"


def _consecutive(dates: Sequence[str]) -> bool:
    days = [date.fromisoformat(each) for each in dates]
    return bool(days) and days == [days[0] + timedelta(days=n) for n in range(len(days))]
