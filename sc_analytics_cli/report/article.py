"""A report as text and plain tables: what is written to files for people draws from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .day import DayView, Line
from .drawing import sparkline
from .field_figures import field_figures
from .figures import capital, weekday_of
from .mark_words import dated_words, signed_words
from .marks import DAYS
from .page import Page
from .ranking import Ranking, rankings
from .rows import Row, totals


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
    """One report. `trust` says how far to believe it, `marks` what is out of the ordinary."""

    title: str
    trust: str
    marks: tuple[str, ...]
    verdict: str
    sheets: tuple[Sheet, ...]


def article(page: Page) -> Article:
    """The report of a page: of one date in full, of several as a table."""
    view = page.day()
    if view is not None:
        return Article(
            f"{capital(view.report)}: {view.title}",
            " · ".join(remark.words for remark in view.trust),
            tuple(signed_words(mark) for mark in view.marks),
            view.verdict,
            (*_lines(view), *_rankings(view.rankings)),
        )
    rows, projection = page.rows, page.known.projection
    sums = totals(projection, rows)
    return Article(
        page.title,
        "",
        tuple(dated_words(mark) for mark in page.marks()),
        "",
        (
            _table(page, "Date", [(_day(row), row) for row in rows], rows),
            *_rankings(tuple(rankings(projection, sums, page.choice))),
        ),
    )


def hours_articles(page: Page) -> Iterator[Article]:
    """Each date of a page hour by hour."""
    for day, rows in page.hours():
        name = f"{capital(page.known.projection.report)}: {weekday_of(day)}, {page.zone}"
        if rows:
            sheet = _table(page, "Hour", [(_hour(row), row) for row in rows], rows)
            yield Article(name, "", (), "", (sheet,))
        else:
            yield Article(name, "missing: nothing of this date was counted", (), "", ())


def _table(
    page: Page, first: str, labelled: Sequence[tuple[str, Row]], rows: Sequence[Row]
) -> Sheet:
    projection = page.known.projection
    figures = field_figures(projection, rows, totals(projection, rows))
    total = ("Total", *(each.total for each in figures))
    return Sheet(
        (first, *(each.heading for each in figures)),
        tuple(
            Cells((label, *(each.cells[number] for each in figures)))
            for number, (label, _) in enumerate(labelled)
        ),
        total if any(total[1:]) else (),
    )


def _day(row: Row) -> str:
    return weekday_of(row.date) + _status(row)


def _hour(row: Row) -> str:
    return row.date + _status(row)


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
