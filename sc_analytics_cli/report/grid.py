"""Columns of text as a table for a terminal; nothing in it is ever cut off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from .packing import packed

GAP: Final = 2
_RULE: Final = "─"


class Column(NamedTuple):
    """A column; only its heading may wrap, between words, and not where it is to stay whole."""

    heading: Text
    cells: Sequence[Text]
    footer: str = ""
    justify: Literal["left", "right"] = "right"
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


@dataclass(frozen=True)
class Grid:
    """A table with a rule below the headings, and one above the footers if there are any.

    In a terminal that is narrower than the columns, their cells are folded.
    """

    columns: Sequence[Column]
    widths: Sequence[int]
    gap: int = GAP

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[Segment | Table]:
        """See rich's protocol. Rich's own table is slow: it is asked only where cells must fold."""
        width = sum(self.widths) + self.gap * (len(self.widths) - 1)
        if width > options.max_width or not self._fits():
            yield self._table()
            return
        rule = [Segment(_RULE * width), Segment.line()]
        headings = [
            _wrapped(column, column_width)
            for column, column_width in zip(self.columns, self.widths, strict=True)
        ]
        yield from self._lines(console, headings, at_bottom=True)
        yield from rule
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            yield from self._lines(console, [_split(cell) for cell in cells])
        if any(column.footer for column in self.columns):
            yield from rule
            yield from self._lines(console, [[Text(each.footer, "bold")] for each in self.columns])

    def _fits(self) -> bool:
        return all(
            column.width <= width for column, width in zip(self.columns, self.widths, strict=True)
        )

    def _lines(
        self, console: Console, cells: Sequence[Sequence[Text]], *, at_bottom: bool = False
    ) -> Iterator[Segment]:
        """Cells of one or more lines side by side, without blanks at the end of a line."""
        height = max(map(len, cells))
        for number in range(height):
            pending = 0
            for column, width, lines in zip(self.columns, self.widths, cells, strict=True):
                at = number - (height - len(lines) if at_bottom else 0)
                text = lines[at] if 0 <= at < len(lines) else None
                length = cell_len(text.plain) if text is not None else 0
                before = width - length if column.justify == "right" else 0
                if text is not None and length:
                    yield Segment(" " * (pending + before))
                    yield from _segments(console, text)
                    pending = width - before - length + self.gap
                else:
                    pending += width + self.gap
            yield Segment.line()

    def _table(self) -> Table:
        table = Table(
            box=box.SIMPLE,
            show_edge=False,
            pad_edge=False,
            padding=(0, self.gap - 1, 0, 0),
            show_footer=any(column.footer for column in self.columns),
        )
        for column, width in zip(self.columns, self.widths, strict=True):
            table.add_column(
                column.heading,
                Text(column.footer),
                justify=column.justify,
                width=width,
                overflow="fold",
            )
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            table.add_row(*cells)
        return table


def _split(cell: Text) -> Sequence[Text]:
    return list(cell.split("\n")) if "\n" in cell.plain else (cell,)


def _wrapped(column: Column, width: int) -> Sequence[Text]:
    """The heading's lines, broken between words; in one style, where it has words of several."""
    if column.whole:
        return _split(column.heading)
    return [
        Text(piece, line.spans[0].style if line.spans else line.style)
        for line in _split(column.heading)
        for piece in packed(line.plain, width)
    ]


def _segments(console: Console, text: Text) -> Iterator[Segment]:
    if text.spans:
        yield from (each for each in text.render(console) if each.text != "\n")
        return
    style = console.get_style(text.style) if text.style else None
    yield Segment(text.plain, style)
