"""One date as a screen: how far to trust it, whether it is broken, then every figure.

What does not fit is left out as a whole, the least needed first: below 100
columns the sparklines, then the comparisons, then bars and shares. A figure is
never cut off, and one that a mark quotes stays beside the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from .day import DayView, Line
from .drawing import bar, sparkline
from .figures import capital
from .footnotes import footnotes
from .grid import GAP, Column, Grid, total_width
from .judged import DAYS
from .mark_lines import BROKEN, mark_lines
from .mark_words import sign
from .packing import packed
from .ranking_table import ranking_tables
from .trust_lines import trust_lines

WITH_SPARKLINES: Final = 100
"""Columns from which on there are sparklines."""

_LEAST_BAR, _LONGEST_BAR = 6, 28

_LAYOUTS: Final = (
    ("bars", "shares", "so far", "past", "sparklines"),
    ("bars", "shares", "changes", "sparklines"),
    ("shares", "changes", "sparklines"),
    ("bars", "shares", "so far", "past"),
    ("bars", "shares", "changes"),
    ("bars", "shares"),
    ("shares",),
    (),
)
"""What is beside name and figure; roomiest first."""

_QUOTED: Final = (
    ("bars", "shares", "so far", "past", "sparklines"),
    ("bars", "shares", "so far", "changes", "sparklines"),
    ("bars", "so far", "changes", "sparklines"),
    ("bars", "shares", "so far", "past"),
    ("bars", "shares", "so far", "changes"),
    ("bars", "so far", "changes"),
    ("bars", "so far"),
    ("so far",),
    (),
)
"""The same where marks quote what was counted so far in whole hours."""


@dataclass(frozen=True)
class DayScreen:
    """A date for a Console to print, as wide as the console at most.

    Of more than `most_marks` the rest is only counted, and no line is left blank.
    """

    view: DayView
    most_marks: int | None = None

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """See rich's protocol."""
        view = self.view
        yield Text.assemble((capital(view.report), "bold"), f": {view.title}")
        yield from trust_lines(view.trust, options.max_width)
        yield from mark_lines(view.marks, options.max_width, most=self.most_marks)
        for line in packed(view.verdict, options.max_width):
            yield Text(line, "dim")
        if view.groups:
            lines = _spaced(view) if self.most_marks is None else _dense(view)
            if self.most_marks is None:
                yield Text()
            yield from _figures(view, lines, options.max_width)
        for table in ranking_tables(view.rankings, options.max_width):
            yield Text()
            yield table


def _spaced(view: DayView) -> list[Line | None]:
    """The lines of all groups, with a blank one between two of them."""
    lines: list[Line | None] = []
    for group in view.groups:
        lines += [None, *group] if lines else group
    return lines


def _dense(view: DayView) -> list[Line | None]:
    return [line for group in view.groups for line in group]


def _figures(view: DayView, lines: Sequence[Line | None], width: int) -> Iterator[RenderableType]:
    quoted = view.so_far and any(mark.when == view.so_far for mark in view.marks)
    for layout in _QUOTED if quoted else _LAYOUTS:
        columns = _columns(view, lines, layout, _LEAST_BAR)
        room = width - total_width(columns)
        if room >= 0 and (width >= WITH_SPARKLINES or "sparklines" not in layout):
            break
    columns = _columns(view, lines, layout, min(_LONGEST_BAR, _LEAST_BAR + max(room, 0)))
    yield Grid(columns, [column.width for column in columns])
    yield from footnotes(columns, width)


def _has_bars(view: DayView) -> bool:
    return any(line.fraction is not None for group in view.groups for line in group)


def _columns(
    view: DayView, lines: Sequence[Line | None], layout: Sequence[str], bar_width: int
) -> list[Column]:
    marked = any(line and line.mark for line in lines)
    found = [
        Column(Text(), [_label(line, marked) for line in lines], justify="left"),
        Column(Text(), [_value(line) for line in lines]),
    ]
    if "bars" in layout and _has_bars(view):
        bars = [_bar(line, bar_width) for line in lines]
        found.insert(1, Column(Text("funnel", "dim"), bars, justify="left"))
    if "shares" in layout:
        found += _texts(lines, [("of\nfirst", "of_first"), ("of one\nbefore", "of_before")])
    if "so far" in layout and view.so_far:
        found += _texts(lines, [(view.so_far.replace(" ", "\n"), "so_far")])
    if "past" in layout or "changes" in layout:
        found += _past(view, lines, values="past" in layout)
    if "sparklines" in layout and view.compared:
        cells = [Text(sparkline(line.series) if line else "", "cyan") for line in lines]
        found.append(Column(_dim(_sub(f"{DAYS} days", view)), cells, justify="left", whole=True))
    return found


def _label(line: Line | None, marked: bool) -> Text:
    if line is None:
        return Text()
    if line.mark:
        return Text(f"{sign(line.mark)} {line.label}", BROKEN)
    return Text(f"  {line.label}" if marked else line.label)


def _value(line: Line | None) -> Text:
    if line is None:
        return Text()
    return Text(line.value, BROKEN if line.mark else "bold")


def _bar(line: Line | None, width: int) -> Text:
    if line is None or line.fraction is None:
        return Text()
    drawn = bar(line.fraction, width)
    return Text(drawn, "red" if line.mark else "blue") if drawn else Text()


def _texts(lines: Sequence[Line | None], fields: Sequence[tuple[str, str]]) -> Iterator[Column]:
    for heading, field in fields:
        cells = [Text(getattr(line, field) if line else "", "dim") for line in lines]
        if any(cell.plain for cell in cells):
            yield Column(_dim(heading), cells)


def _past(view: DayView, lines: Sequence[Line | None], *, values: bool) -> Iterator[Column]:
    for number, day in enumerate(view.compared):
        pasts = [line.past[number] if line else None for line in lines]
        known = [each for each in pasts if each is not None]
        if not any(each.change for each in known):
            continue
        wide = max(len(each.value) for each in known) if values else 0
        change = max(len(each.change) for each in known)
        cells = []
        for each in pasts:
            text = Text()
            if each is not None and values:
                text.append(each.value.rjust(wide) + " " * GAP, "dim")
            if each is not None:
                text.append(each.change.rjust(change))
            cells.append(text)
        yield Column(_dim(_sub(day if values else _broken(day), view)), cells, whole=True)


def _broken(day: str) -> str:
    """`Sun 15 Nov` in two lines, as changes are short."""
    return day.replace(" ", "\n", 1)


def _sub(heading: str, view: DayView) -> str:
    return f"{heading}\n{view.so_far}" if view.so_far else heading


def _dim(text: str) -> Text:
    return Text(text, "dim")
