"""Marks as lines of a screen: a sign, words and colour, so that none of them is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from rich.text import Text

from .figures import weekday
from .marks import Mark

BROKEN: Final = "bold red"


def sign(mark: Mark) -> str:
    """What stands before a marked figure: which way it is out of the ordinary."""
    return "▲" if mark.beyond > 0 else "▼"


def mark_lines(marks: Sequence[Mark], *, dated: bool = False) -> Iterator[Text]:
    """A line a mark; `dated` where they are not all of one date."""
    for mark in marks:
        day = f"{weekday(date.fromisoformat(mark.date))}  " if dated else ""
        yield Text(f"{sign(mark)} {day}{mark.words}", BROKEN)
