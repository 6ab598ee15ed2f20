"""The hours of a date as a table for a terminal: they go down, as one looks for when it began.

Fields that do not fit beside each other go on below, under the same hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from .figures import capital
from .footnotes import footnotes
from .grid import GAP, Column, Grid, total_width
from .hours_view import HourColumn, HoursView
from .mark_lines import BROKEN, mark_lines
from .table import LAYOUTS
from .trust_lines import trust_lines


@dataclass(frozen=True)
class HoursScreen:
    """A date's hours for a Console to print, as wide as the console at most.

    Of more than `most_marks` the rest is only counted.
    """

    view: HoursView
    most_marks: int | None = None

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """See rich's protocol."""
        view, width = self.view, options.max_width
        yield Text.assemble((capital(view.report), "bold"), f": {view.title}")
        yield from trust_lines(view.trust, width)
        yield from mark_lines(view.marks, width, most=self.most_marks)
        fields = [_columns(each) for each in view.columns]
        gap, blocks = _blocks(view, fields, width)
        for block in blocks:
            yield Text()
            yield Grid(block, [column.width for column in block], gap)
        yield from footnotes([column for block in blocks for column in block], width)


def _labels(view: HoursView, separator: str) -> Column:
    cells = [
        Text(row.date)
        if row.status == "complete"
        else Text.assemble(row.date, separator, (row.status, "dim"))
        for row in view.hours
    ]
    return Column(Text("Hour"), cells, "Total", "left")


def _columns(field: HourColumn) -> list[Column]:
    """A field, and beside one that is marked what is usual."""
    heading = Text(field.heading, BROKEN if field.marked else "")
    cells = [
        Text(f"{sign} {cell}", BROKEN) if sign else Text(cell)
        for cell, sign in zip(field.cells, field.signs, strict=True)
    ]
    found = [Column(heading, cells, field.total)]
    if any(field.usually):
        found.append(Column(Text("usually", "dim"), [Text(each, "dim") for each in field.usually]))
    return found


def _blocks(
    view: HoursView, fields: Sequence[Sequence[Column]], width: int
) -> tuple[int, list[list[Column]]]:
    """The gap between columns, and the blocks: one in the roomiest layout that fits, else more."""
    for separator, gap in LAYOUTS:
        labels = _labels(view, separator)
        everything = [labels, *(column for field in fields for column in field)]
        if total_width(everything, gap) <= width:
            return gap, [everything] if fields else []
    blocks: list[list[Column]] = []
    for field in fields:
        if not blocks or total_width([*blocks[-1], *field], GAP) > width:
            blocks.append([labels])
        blocks[-1].extend(field)
    return GAP, blocks
