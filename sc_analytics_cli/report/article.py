"""A report as text and plain tables: what is written to files for people draws from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..projections.declaration import Projection
from .day import DayView, Line
from .drawing import sparkline
from .field_figures import field_figures
from .figures import ABOVE_WHOLE, above_whole, capital, weekday_of
from .hours_view import HourColumn, HoursView
from .judged import DAYS
from .mark_words import dated_words, signed_words
from .page import Page
from .ranking import Ranking, rankings
from .rows import Row, totals
from .trust import Remark


class Cells(NamedTuple):
    """A line of a table; `fraction` is the length of its bar, `marked` out of the ordinary.

    `begins` a group of lines.
    """

    cells: tuple[str, ...]
    fraction: float | None = None
    marked: bool = False
    begins: bool = False


class Sheet(NamedTuple):
    """A table: the first column are labels, the others figures, set to the right."""

    headings: tuple[str, ...]
    lines: tuple[Cells, ...]
    total: tuple[str, ...] = ()


class Article(NamedTuple):
    """One report. `trust` says how far to believe it, `marks` what is out of the ordinary.

    `note` explains figures of the tables.
    """

    title: str
    trust: str
    marks: tuple[str, ...]
    verdict: str
    sheets: tuple[Sheet, ...]
    note: str = ""


def article(page: Page) -> Article:
    """The report of a page: of one date in full, of several as a table."""
    view = page.day()
    if view is not None:
        sheets = tuple(_lines(view))
        return Article(
            f"{capital(view.report)}: {view.title}",
            _in_words(view.trust),
            tuple(signed_words(mark) for mark in view.marks),
            view.verdict,
            (*sheets, *_rankings(view.rankings)),
            _note(sheets),
        )
    rows, projection = page.rows, page.known.projection
    sums = totals(projection, rows)
    table = _table(projection, rows)
    return Article(
        page.title,
        "",
        tuple(dated_words(mark) for mark in page.marks()),
        "",
        (
            table,
            *_rankings(tuple(rankings(projection, sums, page.choice))),
        ),
        _note([table]),
    )


def hours_articles(page: Page) -> Iterator[Article]:
    """Each date of a page hour by hour."""
    for view in page.hours():
        sheets = (_hours(view),) if view.columns else ()
        yield Article(
            f"{capital(view.report)}: {view.title}",
            _in_words(view.trust),
            tuple(signed_words(mark) for mark in view.marks),
            "",
            sheets,
            _note(sheets),
        )


def _hours(view: HoursView) -> Sheet:
    columns = [column for field in view.columns for column in _with_usual(field)]
    headings, cells, totals = zip(*columns, strict=True)
    lines = [
        Cells((row.date + _status(row), *(each[number] for each in cells)))
        for number, row in enumerate(view.hours)
    ]
    return Sheet(("Hour", *headings), tuple(lines), ("Total", *totals))


def _with_usual(field: HourColumn) -> Iterator[tuple[str, Sequence[str], str]]:
    cells = zip(field.signs, field.cells, strict=True)
    signed = [f"{sign} {cell}" if sign else cell for sign, cell in cells]
    yield field.heading, signed, field.total
    if any(field.usually):
        yield "usually", field.usually, ""


def _in_words(trust: Iterable[Remark]) -> str:
    return " · ".join(remark.words for remark in trust)


def _note(sheets: Iterable[Sheet]) -> str:
    """What explains some of the figures, if anything has to."""
    shown = (text for sheet in sheets for line in sheet.lines for text in line.cells[1:])
    return ABOVE_WHOLE if above_whole(shown) else ""


def _table(projection: Projection, rows: Sequence[Row]) -> Sheet:
    figures = field_figures(projection, rows, totals(projection, rows))
    total = ("Total", *(each.total for each in figures))
    return Sheet(
        ("Date", *(each.heading for each in figures)),
        tuple(
            Cells((weekday_of(row.date) + _status(row), *(each.cells[number] for each in figures)))
            for number, row in enumerate(rows)
        ),
        total if any(total[1:]) else (),
    )


def _status(row: Row) -> str:
    return "" if row.status == "complete" else f" {row.status}"


def _lines(view: DayView) -> Iterator[Sheet]:
    """All groups in one table, of the columns in which any line has something."""
    lines = [line for group in view.groups for line in group]
    firsts = {group[0].label for group in view.groups[1:]}
    kept = [(heading, cells) for heading, cells in _columns(view, lines) if any(cells)]
    if lines:
        yield Sheet(
            ("", *(heading for heading, _ in kept)),
            tuple(
                Cells(
                    (line.label, *(cells[number] for _, cells in kept)),
                    line.fraction,
                    line.mark is not None,
                    line.label in firsts,
                )
                for number, line in enumerate(lines)
            ),
        )


def _columns(view: DayView, lines: Sequence[Line]) -> Iterator[tuple[str, list[str]]]:
    yield "", [line.value for line in lines]
    yield "of first", [line.of_first for line in lines]
    yield "of one before", [line.of_before for line in lines]
    if view.so_far:
        yield view.so_far, [line.so_far for line in lines]
    for number, day in enumerate(view.compared):
        past = [line.past[number] for line in lines]
        if any(each.change for each in past):
            yield f"{day} {view.so_far}".rstrip(), [each.value for each in past]
            yield "change", [each.change for each in past]
    if view.compared:
        yield f"{DAYS} days", [sparkline(line.series) for line in lines]


def _rankings(found: Sequence[Ranking]) -> Iterator[Sheet]:
    for each in found:
        yield Sheet((each.heading, "Amount", each.whole), tuple(map(Cells, each.entries)))
