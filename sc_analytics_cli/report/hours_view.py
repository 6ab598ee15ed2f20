"""One date hour by hour, put in words; what every way of showing it draws from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..fold.field import CentsBy, Field
from ..projections.declaration import Projection, Share
from .figures import figure, heading, usual, weekday
from .judged import Judged
from .judging import SILENCE, Judge, Verdict, counters
from .mark_words import sign_of
from .marks import Mark, marks
from .rows import Row, totals
from .since import by_hour, out
from .trust import Remark, Trust, remarks


class HourColumn(NamedTuple):
    """A field, a cell an hour; `usually` is what stands beside it where it is `marked`, else empty.

    `signs` are `▼` or `▲` in hours that are out of the ordinary, else empty.
    """

    heading: str
    marked: bool
    cells: tuple[str, ...]
    signs: tuple[str, ...]
    usually: tuple[str, ...]
    total: str


class HoursView(NamedTuple):
    """A date of one report; without a document it has neither hours nor columns.

    `hours` are rows whose date is the hour's name, `14:00`. What is marked comes first.
    """

    report: str
    title: str
    trust: tuple[Remark, ...]
    marks: tuple[Mark, ...]
    hours: tuple[Row, ...]
    columns: tuple[HourColumn, ...]


def view_hours(judged: Judged, trust: Trust, rows: Sequence[Row]) -> HoursView:
    """The date's hours (see `hour_rows`), with what is usual in each of what is marked."""
    found = marks(judged)
    verdicts = by_hour(Judge(judged)) if found else {}
    projection = judged.projection
    sums = totals(projection, rows)
    columns = []
    for name, field, mark in _fields(projection, found) if rows else ():
        of_hour = verdicts.get(name, {}) if mark else {}
        judged_hours = [of_hour.get(row.date[:2]) for row in rows]
        columns.append(
            HourColumn(
                heading(name),
                mark is not None,
                tuple(figure(field, _value(projection, name, field, row.document)) for row in rows),
                tuple(sign_of(out(each)) if each else "" for each in judged_hours),
                tuple(_usual(each) for each in judged_hours) if mark else (),
                figure(field, _value(projection, name, field, sums)),
            )
        )
    return HoursView(
        projection.report,
        f"{weekday(judged.day)}, {judged.zone}",
        tuple(remarks(judged, trust)),
        tuple(found),
        tuple(rows),
        tuple(columns),
    )


def _usual(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    return usual(verdict.field, verdict.judgement.low, verdict.judgement.high)


def _fields(
    projection: Projection, found: Sequence[Mark]
) -> Iterator[tuple[str, Field | Share, Mark | None]]:
    """What is marked, shares of reports too; then the other scalar fields as they are declared."""
    marked = {mark.name for mark in found}
    for mark in found:
        yield mark.name, mark.field, mark
    for name, field in projection.shape.fields.items():
        if name not in marked and not isinstance(field, CentsBy):
            yield name, field, None


def _value(
    projection: Projection, name: str, field: Field | Share, figures: Mapping[str, Any] | None
) -> Any:
    if figures is None:
        return None
    if isinstance(field, Share):
        return field.of(figures)
    if name == SILENCE:
        return sum(figures.get(each) or 0 for each in counters(projection))
    return figures.get(name)
