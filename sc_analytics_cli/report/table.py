"""Rows as a screen for a person: a table of figures, and below it who brought the money.

Nothing is ever cut off. Where a row a date does not fit the width, the table is
turned: a line a field, and as many dates beside each other as fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from ..fold.field import Cents, CentsBy, Difference, Field, Mean, Ratio
from ..projections.declaration import Projection
from .rows import Row
from .safe import harmless

UNDEFINED: Final = "\N{EN DASH}"
TOP: Final = 5

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_GAP: Final = 2
_LEAST: Final = 10
_LAYOUTS: Final = ((" ", 2), (" ", 1), ("\n", 1))
"""What stands between a date and its status, and the gap between columns; roomiest first."""


def report_table(
    projection: Projection,
    rows: Sequence[Row],
    totals: Mapping[str, Any],
    *,
    timezone: str,
    width: int | None = None,
) -> RenderableType:
    """A report for a Console to print, at most `width` columns wide, else as wide as the console.

    `totals` are those of the same rows, shown where there is more than one date;
    `timezone` is the reporting zone's name. Cents are shown as units with two
    decimals, rates as percentages. Text from events is shown `harmless`.
    """
    return Constrain(_Screen(projection, rows, totals, timezone), width)


@dataclass(frozen=True)
class _Screen:
    projection: Projection
    rows: Sequence[Row]
    totals: Mapping[str, Any]
    timezone: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text | Table]:
        yield _title(self.projection.report, [row.date for row in self.rows], self.timezone)
        for table in self._tables(options.max_width):
            yield Text()
            yield table

    def _tables(self, width: int) -> Iterator[Table]:
        figures = _figures(self.projection, self.rows, self.totals)
        yield from _plain(self.rows, figures, width) or _turned(self.rows, figures, width)
        yield from _rankings(self.projection, self.totals, width)


def _title(report: str, dates: Sequence[str], timezone: str) -> Text:
    if len(dates) == 1:
        words = dates[0]
    elif _consecutive(dates):
        words = f"{dates[0]} … {dates[-1]}, {len(dates):,} dates"
    elif dates:
        words = f"{len(dates):,} dates between {min(dates)} and {max(dates)}"
    else:
        words = "no dates"
    return Text.assemble((_capital(report), "bold"), f": {words}, {timezone}")


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


def heading(name: str) -> str:
    """A field's name in words for a person: `gross_revenue_cents` is `Gross revenue`."""
    return _capital(name.removesuffix("_cents").replace("_", " "))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def figure(field: Field, value: Any) -> str:
    """A field's value for a person: `1,234`, cents as `1,234.50`, rates as `92.4 %`."""
    match field:
        case _ if value is None:
            return UNDEFINED
        case Ratio():
            return percent(value)
        case Cents() | Difference() | Mean():
            return money(value)
        case _:
            return f"{value:,}"


def money(cents: int) -> str:
    """Cents as units with two decimals and thousands separators."""
    units, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{units:,}.{rest:02}"


def percent(fraction: float) -> str:
    """A fraction as a percentage with one decimal; above 1 it is above 100 %."""
    return f"{fraction * 100:,.1f} %"


class _Column(NamedTuple):
    """A column of a grid; only its heading may wrap, between words."""

    heading: Text
    cells: Sequence[Text]
    footer: str = ""
    justify: JustifyMethod = "right"

    @property
    def width(self) -> int:
        lines = [line for cell in self.cells for line in cell.plain.split("\n")]
        return max(map(cell_len, (*self.heading.plain.split(), *lines, self.footer)))


def _grid(columns: Sequence[_Column], widths: Sequence[int], gap: int) -> Table:
    """A table with a rule below the headings, and one above the footers if there are any."""
    grid = Table(
        box=box.SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, gap - 1, 0, 0),
        show_footer=any(column.footer for column in columns),
    )
    for column, width in zip(columns, widths, strict=True):
        grid.add_column(
            column.heading,
            Text(column.footer),
            justify=column.justify,
            width=width,
            overflow="fold",  # in a terminal narrower than one date, still nothing is cut off
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        grid.add_row(*cells)
    return grid


def _plain(rows: Sequence[Row], figures: Sequence[_Figures], width: int) -> list[Table]:
    """The table with a row a date, in the roomiest layout that fits; none where none fits."""
    for separator, gap in _LAYOUTS:
        dates = [_date_cell(row, separator) for row in rows]
        total = "Total" if any(each.total for each in figures) else ""
        columns = [_Column(Text("Date"), dates, total, "left")]
        for each in figures:
            cells = [Text(cell) for cell in each.cells]
            columns.append(_Column(Text(each.heading), cells, each.total))
        widths = [column.width for column in columns]
        if sum(widths) + gap * (len(widths) - 1) <= width:
            return [_grid(columns, widths, gap)]
    return []


def _date_cell(row: Row, separator: str) -> Text:
    if row.status == "complete":
        return Text(_day(row.date))
    return Text.assemble(_day(row.date), separator, (row.status, "dim"))


def _day(text: str) -> str:
    return f"{_WEEKDAYS[date.fromisoformat(text).weekday()]} {text}"


def _turned(rows: Sequence[Row], figures: Sequence[_Figures], width: int) -> Iterator[Table]:
    """Tables with a line a field, each of as many dates as fit; the total comes last."""
    labels = _Column(Text(), [Text(each.heading) for each in figures], justify="left")
    columns = [
        _Column(_date_heading(row), [Text(each.cells[number]) for each in figures])
        for number, row in enumerate(rows)
    ]
    if any(each.total for each in figures):
        columns.append(_Column(Text("Total"), [Text(each.total, "bold") for each in figures]))
    for block in _blocks(columns, width - labels.width):
        widths = [column.width for column in (labels, *block)]
        yield _grid([labels, *block], widths, _GAP)


def _date_heading(row: Row) -> Text:
    # The status goes first: headings are aligned at the bottom, and so the dates stay in line.
    if row.status == "complete":
        return Text(_day(row.date))
    return Text.assemble((row.status, "dim"), "\n", _day(row.date))


def _blocks(columns: Sequence[_Column], width: int) -> Iterator[list[_Column]]:
    block: list[_Column] = []
    used = 0
    for column in columns:
        if block and used + _GAP + column.width > width:
            yield block
            block, used = [], 0
        block.append(column)
        used += _GAP + column.width
    if block:
        yield block


def _rankings(projection: Projection, totals: Mapping[str, Any], width: int) -> Iterator[Table]:
    """For each map its largest entries, with their share of the first money field declared."""
    fields = projection.shape.fields
    whole = next((name for name, field in fields.items() if isinstance(field, Cents)), None)
    if whole is None:
        return
    tables = [
        _ranking(name, totals[name], whole, totals[whole])
        for name, field in fields.items()
        if isinstance(field, CentsBy) and totals[name]
    ]
    if not tables:
        return
    labels, *figures = (
        max(max(column.width, cell_len(column.heading.plain)) for column in columns)
        for columns in zip(*tables, strict=True)
    )
    room = width - sum(figures) - _GAP * len(figures)
    for columns in tables:
        yield _grid(columns, (max(_LEAST, min(labels, room)), *figures), _GAP)


def _ranking(
    name: str, entries: Mapping[str, int], whole: str, whole_cents: int
) -> tuple[_Column, _Column, _Column]:
    ranked = sorted(entries.items(), key=lambda entry: (-entry[1], entry[0]))
    shown = [(harmless(key), cents) for key, cents in ranked[:TOP]]
    if rest := ranked[TOP:]:
        shown.append((f"and {len(rest):,} more", sum(cents for _, cents in rest)))
    shares = [percent(cents / whole_cents) if whole_cents else UNDEFINED for _, cents in shown]
    return (
        _Column(Text(heading(name)), [Text(label) for label, _ in shown], justify="left"),
        _Column(Text("Amount"), [Text(money(cents)) for _, cents in shown]),
        _Column(Text(f"of {heading(whole).lower()}"), [Text(share) for share in shares]),
    )
