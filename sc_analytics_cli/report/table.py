"""Rows as a screen for a person: a table of figures, and below it who brought the money.

Nothing is ever cut off. Where a row a date does not fit the width, the table is
turned: a line a field, and as many dates beside each other as fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from rich.console import Console, ConsoleOptions, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from ..fold.field import CentsBy
from ..projections.declaration import Projection
from .figures import capital, figure, heading, weekday
from .grid import GAP, Column, grid
from .mark_lines import mark_lines
from .marks import Mark
from .ranking import USUAL, Choice, rankings
from .ranking_table import ranking_tables
from .rows import Row

_LAYOUTS: Final = ((" ", 2), (" ", 1), ("\n", 1))
"""What stands between a date and its status, and the gap between columns; roomiest first."""


def report_table(
    projection: Projection,
    rows: Sequence[Row],
    totals: Mapping[str, Any],
    *,
    timezone: str,
    width: int | None = None,
    choice: Choice = USUAL,
    marks: Sequence[Mark] = (),
) -> RenderableType:
    """A report for a Console to print, at most `width` columns wide, else as wide as the console.

    `totals` are those of the same rows, shown where there is more than one date;
    `timezone` is the reporting zone's name. Cents are shown as units with two
    decimals, rates as percentages. Text from events is shown `harmless`. `marks`
    are told below the table.
    """
    return Constrain(_Screen(projection, rows, totals, timezone, choice, marks), width)


@dataclass(frozen=True)
class _Screen:
    projection: Projection
    rows: Sequence[Row]
    totals: Mapping[str, Any]
    timezone: str
    choice: Choice
    marks: Sequence[Mark]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text | Table]:
        """See rich's protocol."""
        yield title(self.projection.report, [row.date for row in self.rows], self.timezone)
        for table in self._tables(options.max_width):
            yield Text()
            yield table
        if self.marks:
            yield Text()
            yield from mark_lines(self.marks, dated=True)

    def _tables(self, width: int) -> Iterator[Table]:
        figures = _figures(self.projection, self.rows, self.totals)
        yield from _plain(self.rows, figures, width) or _turned(self.rows, figures, width)
        chosen = tuple(rankings(self.projection, self.totals, self.choice))
        yield from ranking_tables(chosen, width)


def title(report: str, dates: Sequence[str], timezone: str) -> Text:
    """The first line of a report: its name, which dates, and the zone."""
    if len(dates) == 1:
        words = dates[0]
    elif _consecutive(dates):
        words = f"{dates[0]} … {dates[-1]}, {len(dates):,} dates"
    elif dates:
        words = f"{len(dates):,} dates between {min(dates)} and {max(dates)}"
    else:
        words = "no dates"
    return Text.assemble((capital(report), "bold"), f": {words}, {timezone}")


def _consecutive(dates: Sequence[str]) -> bool:
    days = [date.fromisoformat(each) for each in dates]
    return bool(days) and days == [days[0] + timedelta(days=n) for n in range(len(days))]


class _Figures(NamedTuple):
    """One field of a report as text: for each row, and over all of them."""

    heading: str
    cells: list[str]
    total: str


def _figures(
    projection: Projection, rows: Sequence[Row], totals: Mapping[str, Any]
) -> list[_Figures]:
    summed = len(rows) > 1 and any(row.document is not None for row in rows)
    return [
        _Figures(
            heading(name),
            ["" if row.document is None else figure(field, row.document.get(name)) for row in rows],
            figure(field, totals[name]) if summed else "",
        )
        for name, field in projection.shape.fields.items()
        if not isinstance(field, CentsBy)
    ]


def _plain(rows: Sequence[Row], figures: Sequence[_Figures], width: int) -> list[Table]:
    """The table with a row a date, in the roomiest layout that fits; none where none fits."""
    for separator, gap in _LAYOUTS:
        dates = [_date_cell(row, separator) for row in rows]
        total = "Total" if any(each.total for each in figures) else ""
        columns = [Column(Text("Date"), dates, total, "left")]
        for each in figures:
            cells = [Text(cell) for cell in each.cells]
            columns.append(Column(Text(each.heading), cells, each.total))
        widths = [column.width for column in columns]
        if sum(widths) + gap * (len(widths) - 1) <= width:
            return [grid(columns, widths, gap)]
    return []


def _date_cell(row: Row, separator: str) -> Text:
    if row.status == "complete":
        return Text(_day(row.date))
    return Text.assemble(_day(row.date), separator, (row.status, "dim"))


def _day(text: str) -> str:
    return weekday(date.fromisoformat(text))


def _turned(rows: Sequence[Row], figures: Sequence[_Figures], width: int) -> Iterator[Table]:
    """Tables with a line a field, each of as many dates as fit; the total comes last."""
    labels = Column(Text(), [Text(each.heading) for each in figures], justify="left")
    columns = [
        Column(_date_heading(row), [Text(each.cells[number]) for each in figures])
        for number, row in enumerate(rows)
    ]
    if any(each.total for each in figures):
        columns.append(Column(Text("Total"), [Text(each.total, "bold") for each in figures]))
    for block in _blocks(columns, width - labels.width):
        widths = [column.width for column in (labels, *block)]
        yield grid([labels, *block], widths, GAP)


def _date_heading(row: Row) -> Text:
    # The status goes first: headings are aligned at the bottom, and so the dates stay in line.
    if row.status == "complete":
        return Text(_day(row.date))
    return Text.assemble((row.status, "dim"), "\n", _day(row.date))


def _blocks(columns: Sequence[Column], width: int) -> Iterator[list[Column]]:
    block: list[Column] = []
    used = 0
    for column in columns:
        if block and used + GAP + column.width > width:
            yield block
            block, used = [], 0
        block.append(column)
        used += GAP + column.width
    if block:
        yield block
