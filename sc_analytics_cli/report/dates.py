"""DATES of the command line: `YYYY-MM-DD`, `today`, `yesterday`, `-7d`, and `A..B` of these."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from ..errors import UsageError

MAX_DATES: Final = 3700

_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAYS_AGO: Final = re.compile(r"-([0-9]{1,7})d")
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_ADVICE: Final = "--date 2026-11-22, --date 2026-11-01..2026-11-22, or --date -7d..yesterday"


def parse_dates(texts: Sequence[str], today: date) -> list[str]:
    """The dates (YYYY-MM-DD) that the texts ask for, in the order asked, each once.

    A range includes both its ends. `today` is the date in the reporting zone.
    Raises UsageError for what is not understood, a date that the calendar does
    not have or that lies outside the years 1970 to 9998, a range that ends
    before it starts, and more than MAX_DATES dates.
    """
    dates: dict[str, None] = {}
    for text in texts:
        first, last = _ends(text, today)
        length = (last - first).days + 1
        _check_number(length)
        days = (first + timedelta(days=number) for number in range(length))
        dates.update(dict.fromkeys(day.isoformat() for day in days))
        _check_number(len(dates))
    return list(dates)


def _ends(text: str, today: date) -> tuple[date, date]:
    start, dots, end = text.partition("..")
    first = _day(start, text, today)
    if not dots:
        return first, first
    last = _day(end, text, today)
    if last < first:
        raise UsageError(
            f"the range {text!r} ends before it starts",
            cause=f"it would go from {first} back to {last}",
            advice=f"--date {end}..{start}",
        )
    return first, last


def _day(word: str, text: str, today: date) -> date:
    """The day that a word means; the messages quote `text`, the whole of what was asked."""
    try:
        day = _meant(word, today)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"there is no such date in the calendar: {text!r}",
            cause=str(error),
            advice=_nearest(word, text) or _ADVICE,
        ) from None
    if day is None:
        raise UsageError(
            f"{text!r} is not understood as a date or a range of dates",
            cause="a date is YYYY-MM-DD, today, yesterday or -7d; a range is two of them with ..",
            advice=_ADVICE,
        )
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UsageError(
            f"{text!r} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}",
            cause="no event can have such a date",
            advice=_ADVICE,
        )
    return day


def _nearest(word: str, text: str) -> str | None:
    """What to type instead of the 31st of a month that has 30 days; None for anything else."""
    day = _DAY.fullmatch(word)
    if day and 1 <= int(day[2]) <= 12 and 28 < int(day[3]) <= 31:
        last = monthrange(int(day[1]), int(day[2]))[1]
        return f"--date {text.replace(word, f'{day[1]}-{day[2]}-{last}')}"
    return None


def _meant(word: str, today: date) -> date | None:
    """None where the word is no date; ValueError or OverflowError where there is no such day."""
    if word == "today":
        return today
    if word == "yesterday":
        return today - timedelta(days=1)
    if ago := _DAYS_AGO.fullmatch(word):
        return today - timedelta(days=int(ago[1]))
    if day := _DAY.fullmatch(word):
        return date(int(day[1]), int(day[2]), int(day[3]))
    return None


def _check_number(number: int) -> None:
    if number > MAX_DATES:
        raise UsageError(
            f"{number:,} dates are too many: at most {MAX_DATES:,} at a time",
            cause="the range may be longer than meant",
            advice="--date -90d..yesterday, or one range after the other",
        )
