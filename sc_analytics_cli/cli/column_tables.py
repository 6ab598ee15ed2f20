"""Tables of right-aligned figures, a row a thing: nothing in them is ever cut off.

Columns that do not fit beside each other go into a further table below, which
begins with the label again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from .durations import in_words

UNKNOWN: Final = "–"
_GAP: Final = 2

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A heading, and what stands below it for a row."""

    heading: str
    cell: Callable[[Row], str]


def tables(
    rows: Sequence[Row], label: Column[Row], columns: Sequence[Column[Row]], width: int
) -> Iterator[Table | Text]:
    """As few tables as hold all columns within `width`, an empty line between two."""
    room = width - _width(label, rows)
    block: list[Column[Row]] = []
    used = 0
    for column in columns:
        needed = _GAP + _width(column, rows)
        if block and used + needed > room:
            yield _table(rows, [label, *block])
            yield Text()
            block, used = [], 0
        block.append(column)
        used += needed
    yield _table(rows, [label, *block])


def number(value: int | None) -> str:
    """`1,204,311`, or a dash."""
    return UNKNOWN if value is None else f"{value:,}"


def span(seconds: float | None) -> str:
    """`1h 05m`, or a dash."""
    return UNKNOWN if seconds is None else in_words(max(0.0, seconds))


def ago(then: datetime | None, now: datetime) -> str:
    """`1h 05m ago`, or a dash."""
    return UNKNOWN if then is None else span((now - then).total_seconds()) + " ago"


def rate(value: float | None) -> str:
    """`12.2/s`, `1,200/s`, or a dash."""
    if value is None:
        return UNKNOWN
    return f"{value:,.1f}/s" if value < 100 else f"{value:,.0f}/s"


def _width(column: Column[Row], rows: Sequence[Row]) -> int:
    return max(cell_len(column.heading), *(cell_len(column.cell(each)) for each in rows))


def _table(rows: Sequence[Row], columns: Sequence[Column[Row]]) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    for column in columns:
        table.add_column(
            column.heading, justify="right", width=_width(column, rows), overflow="fold"
        )
    for each in rows:
        table.add_row(*(Text(column.cell(each)) for column in columns))
    return table
