"""One date, put in words and held against other days; what every way of showing it draws from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from ..fold.field import CentsBy, Counter, Document, Field
from ..projections.declaration import Projection, Share
from .elapsed import HOURS, even_hours, fold_hours, hours_over
from .figures import UNDEFINED, change, figure, heading, percent, short_date, weekday
from .judged import DAYS, Judged
from .marks import Mark, marks
from .ordinary import LEAST_DAYS
from .ranking import Choice, Ranking, rankings
from .trust import Remark, Trust, remarks

_COMPARED: Final = (7, 1)
"""So many days ago: the same weekday of last week, and the day before."""


class Past(NamedTuple):
    """A figure of another day in the same hours, and how today's differs from it."""

    value: str
    change: str


class Line(NamedTuple):
    """One field of the date; `series` are its last 14 days, the date itself last."""

    label: str
    value: str
    fraction: float | None
    of_first: str
    of_before: str
    so_far: str
    past: tuple[Past, ...]
    series: tuple[float | None, ...]
    mark: Mark | None


class DayView(NamedTuple):
    """A date of one report. `so_far` is `by 14:00`, empty where the whole date is compared."""

    report: str
    title: str
    partial: bool
    trust: tuple[Remark, ...]
    marks: tuple[Mark, ...]
    verdict: str
    compared: tuple[str, ...]
    so_far: str
    groups: tuple[tuple[Line, ...], ...]
    rankings: tuple[Ranking, ...]


def view_day(judged: Judged, trust: Trust, choice: Choice) -> DayView:
    """The date with its comparisons, marks and rankings.

    Without a document it has no lines: figures are never made up.
    """
    document = judged.documents.get(judged.day.isoformat())
    found = marks(judged)
    compared = [judged.day - timedelta(days=ago) for ago in _COMPARED]
    hours = hours_over(judged.day, judged.now, judged.zone)
    lines = {} if document is None else _lines(judged, document, found, compared)
    return DayView(
        judged.projection.report,
        f"{weekday(judged.day)}, {judged.zone}",
        trust.status != "complete",
        tuple(remarks(judged, trust)),
        tuple(found),
        _verdict(judged, found),
        tuple(short_date(day) for day in compared) if hours else (),
        f"by {len(hours):02}:00" if 0 < len(hours) < len(HOURS) else "",
        tuple(_groups(judged.projection, lines)),
        tuple(rankings(judged.projection, document or {}, choice)),
    )


def _verdict(judged: Judged, found: Sequence[Mark]) -> str:
    days = len(judged.history)
    if not judged.enough:
        have = "has" if days == 1 else "have"
        return (
            f"too little history to tell what is ordinary: {days} of the {DAYS} days before "
            f"{have} figures, {LEAST_DAYS} are needed"
        )
    if found:
        return ""
    return f"nothing out of the ordinary against {days} of the {DAYS} days before"


def _lines(
    judged: Judged, document: Document, found: Sequence[Mark], compared: Sequence[date]
) -> dict[str, Line]:
    marked = {mark.name: mark for mark in found}
    over = hours_over(judged.day, judged.now, judged.zone)
    pairs = []
    for day in compared:
        hours = even_hours(over, [judged.day, day], judged.zone)
        pairs.append((_folded(judged, day, hours), judged.folded(judged.day, hours)))
    so_far = judged.folded(judged.day, over)
    series = _series(judged)
    lines = {}
    for name, field in _fields(judged.projection).items():
        value = _value(name, field, document)
        past = [_past(name, field, before, then) for before, then in pairs]
        fraction, of_first, of_before = _stage(judged.projection, name, document)
        lines[name] = Line(
            heading(name),
            figure(field, value),
            fraction,
            of_first,
            of_before,
            figure(field, _value(name, field, so_far)),
            tuple(past),
            tuple(None if day is None else _value(name, field, day) for day in series),
            marked.get(name),
        )
    return lines


def _folded(judged: Judged, day: date, hours: Sequence[str]) -> dict[str, Any] | None:
    """None where there is no document to compare with, or no hour."""
    stored = judged.documents.get(day.isoformat())
    return fold_hours(judged.projection.shape, stored, hours) if stored and hours else None


def _series(judged: Judged) -> list[dict[str, Any] | None]:
    days = [judged.day - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return [_folded(judged, day, judged.hours) for day in days]


def _fields(projection: Projection) -> dict[str, Field | Share]:
    """The scalar fields in declared order, each share right behind its part."""
    shares = {share.part: (name, share) for name, share in projection.shares.items()}
    found: dict[str, Field | Share] = {}
    for name, field in projection.shape.fields.items():
        if not isinstance(field, CentsBy):
            found[name] = field
        if name in shares:
            found.update([shares[name]])
    return found


def _value(name: str, field: Field | Share, figures: Mapping[str, Any]) -> Any:
    return field.of(figures) if isinstance(field, Share) else figures.get(name)


def _past(
    name: str, field: Field | Share, before: Mapping[str, Any] | None, then: Mapping[str, Any]
) -> Past:
    if before is None:
        return Past(UNDEFINED, "")
    value = _value(name, field, before)
    return Past(figure(field, value), change(field, _value(name, field, then), value))


def _stage(projection: Projection, name: str, document: Document) -> tuple[float | None, str, str]:
    """The part of the longest bar, the share of the first stage and of the one before."""
    stages = list(projection.stages)
    if name not in stages:
        return None, "", ""
    value, first = document.get(name), document.get(stages[0], 0)
    if value is None:
        return None, UNDEFINED, UNDEFINED if name != stages[0] else ""
    longest = max(document.get(stage, 0) for stage in stages)
    before = document.get(stages[stages.index(name) - 1], 0) if name != stages[0] else 0
    return (
        value / longest if longest else 0.0,
        percent(value / first) if first else UNDEFINED,
        percent(value / before) if before else UNDEFINED if name != stages[0] else "",
    )


def _groups(projection: Projection, lines: Mapping[str, Line]) -> Iterator[tuple[Line, ...]]:
    """The stages; then, below them, the other counters and the rates. Without stages one group."""
    if not lines:
        return
    if not projection.stages:
        yield tuple(lines.values())
        return
    yield tuple(lines[name] for name in projection.stages)
    others = [name for name in lines if name not in projection.stages]
    counted = [name for name in others if isinstance(_fields(projection)[name], Counter)]
    for group in (counted, [name for name in others if name not in counted]):
        if group:
            yield tuple(lines[name] for name in group)
