"""Rows as a screen for a person: a table of figures, and below it who brought the money.

Nothing is ever cut off. Where a row a date does not fit the width, the table is
turned: a line a field, and as many dates beside each other as fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.constrain import Constrain
from rich.text import Text

from ..projections.declaration import Projection
from .field_figures import FieldFigures, field_figures
from .figures import capital, dates_in_words, weekday_of
from .footnotes import footnotes
from .grid import GAP, Column, Grid, total_width
from .mark_lines import mark_lines
from .marks import Mark
from .ranking import USUAL, Choice, rankings
from .ranking_table import ranking_tables
from .rows import Row

LAYOUTS: Final = ((" ", 2), (" ", 1), ("\n", 1))
"""What stands between a row's name and its status, and the gap between columns; roomiest first."""


def report_table(
    projection: Projection,
    rows: Sequence[Row],
    totals: Mapping[str, Any],
    *,
    timezone: str,
    width: int | None = None,
    choice: Choice = USUAL,
    marks: Sequence[Mark] = (),
    most_marks: int | None = None,
) -> RenderableType:
    """A report for a Console to print, at most `width` columns wide, else as wide as the console.

    `totals` are those of the same rows, shown where there is more than one date;
    `timezone` is the reporting zone's name. Cents are shown as units with two
    decimals, rates as percentages. Text from events is shown `harmless`. `marks`
    are told below the table; of more than `most_marks` the rest is only counted.
    """
    dates = title(projection.report, [row.date for row in rows], timezone)
    return Constrain(Span(dates, projection, rows, totals, choice, marks, most_marks), width)


@dataclass(frozen=True)
class Span:
    """Dates beside each other under a title."""

    title: Text
    projection: Projection
    rows: Sequence[Row]
    totals: Mapping[str, Any]
    choice: Choice = USUAL
    marks: Sequence[Mark] = ()
    most_marks: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text | Grid]:
        """See rich's protocol."""
        yield self.title
        shown: list[Column] = []
        for table in self._tables(options.max_width):
            yield Text()
            yield table
            shown += table.columns
        yield from footnotes(shown, options.max_width)
        if self.marks:
            yield Text()
            yield from mark_lines(self.marks, options.max_width, dated=True, most=self.most_marks)

    def _tables(self, width: int) -> Iterator[Grid]:
        figures = field_figures(self.projection, self.rows, self.totals)
        yield from self._plain(figures, width) or self._turned(figures, width)
        chosen = tuple(rankings(self.projection, self.totals, self.choice))
        yield from ranking_tables(chosen, width)

    def _plain(self, figures: Sequence[FieldFigures], width: int) -> list[Grid]:
        """The table with a line a row, in the roomiest layout that fits; none where none fits."""
        for separator, gap in LAYOUTS:
            labels = [self._cell(row, separator) for row in self.rows]
            total = "Total" if any(each.total for each in figures) else ""
            columns = [Column(Text("Date"), labels, total, "left")]
            for each in figures:
                cells = [Text(cell) for cell in each.cells]
                columns.append(Column(Text(each.heading), cells, each.total))
            if total_width(columns, gap) <= width:
                return [Grid(columns, [column.width for column in columns], gap)]
        return []

    def _cell(self, row: Row, separator: str) -> Text:
        if row.status == "complete":
            return Text(weekday_of(row.date))
        return Text.assemble(weekday_of(row.date), separator, (row.status, "dim"))

    def _turned(self, figures: Sequence[FieldFigures], width: int) -> Iterator[Grid]:
        """Tables with a line a field, each of as many rows as fit; the total comes last."""
        labels = Column(Text(), [Text(each.heading) for each in figures], justify="left")
        columns = [
            Column(self._heading(row), [Text(each.cells[number]) for each in figures])
            for number, row in enumerate(self.rows)
        ]
        if any(each.total for each in figures):
            columns.append(Column(Text("Total"), [Text(each.total, "bold") for each in figures]))
        for block in _blocks(columns, width - labels.width):
            widths = [column.width for column in (labels, *block)]
            yield Grid([labels, *block], widths)

    def _heading(self, row: Row) -> Text:
        # The status goes first: headings are aligned at the bottom, and so the dates stay in line.
        if row.status == "complete":
            return Text(weekday_of(row.date))
        return Text.assemble((row.status, "dim"), "\n", weekday_of(row.date))


def title(report: str, dates: Sequence[str], timezone: str) -> Text:
    """The first line of a report: its name, which dates, and the zone."""
    return Text.assemble((capital(report), "bold"), f": {dates_in_words(dates)}, {timezone}")


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
