"""Columns of text as a table for a terminal; nothing in it is ever cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

GAP = 2


class Column(NamedTuple):
    """A column; only its heading may wrap, between words, and not where it is to stay whole."""

    heading: Text
    cells: Sequence[Text]
    footer: str = ""
    justify: JustifyMethod = "right"
    whole: bool = False

    @property
    def width(self) -> int:
        """The least width in which nothing is broken."""
        head = self.heading.plain
        words = head.split("\n") if self.whole else head.split()
        lines = [line for cell in self.cells for line in cell.plain.split("\n")]
        return max(map(cell_len, (*words, *lines, self.footer)), default=0)


def total_width(columns: Sequence[Column], gap: int = GAP) -> int:
    """The least width of them side by side."""
    return sum(column.width for column in columns) + gap * (len(columns) - 1)


def grid(columns: Sequence[Column], widths: Sequence[int], gap: int = GAP) -> Table:
    """A table with a rule below the headings, and one above the footers if there are any."""
    table = Table(
        box=box.SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, gap - 1, 0, 0),
        show_footer=any(column.footer for column in columns),
    )
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.heading,
            Text(column.footer),
            justify=column.justify,
            width=width,
            overflow="fold",  # in a terminal narrower than one date, still nothing is cut off
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*cells)
    return table
