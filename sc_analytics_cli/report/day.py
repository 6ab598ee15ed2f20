"""One date, put in words and held against other days; what every way of showing it draws from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from ..fold.field import CentsBy, Counter, Document, Field
from ..projections.declaration import Projection, Share
from .elapsed import HOURS, even_hours, fold_hours, hours_over
from .figures import UNDEFINED, change, figure, heading, percent, short_date, weekday
from .marks import DAYS, Judged, Mark, marks
from .ordinary import LEAST_DAYS
from .ranking import Choice, Ranking, rankings
from .rows import Status

_QUIET: Final = timedelta(minutes=5)
"""After so long without a flush one may ask whether the consumer runs."""

_COMPARED: Final = (7, 1)
"""So many days ago: the same weekday of last week, and the day before."""


class Trust(NamedTuple):
    """What else is known of how far figures can be trusted."""

    status: Status
    flushed_at: datetime | None
    """When the projection last absorbed anything, whatever its date."""

    dead_letters: int
    """How many are open, whatever their date."""


class Remark(NamedTuple):
    """A part of how far figures can be trusted; `doubtful` where it speaks against them."""

    words: str
    doubtful: bool


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
        tuple(_trust(judged, document, trust)),
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
        return (
            f"too little history to tell what is ordinary: {days} of the {DAYS} days before "
            f"have figures, {LEAST_DAYS} are needed"
        )
    if found:
        return ""
    return f"nothing out of the ordinary against {days} of the {DAYS} days before"


def _trust(judged: Judged, document: Document | None, trust: Trust) -> Iterator[Remark]:
    written = None if document is None else document.get("updated_at")
    yield _status(judged, written, trust)
    if not judged.over:
        ago = None if trust.flushed_at is None else judged.now - trust.flushed_at
        words = "never flushed" if ago is None else f"last flush {_age(ago)} ago"
        yield Remark(words, ago is None or ago > _QUIET)
    letters = f"{trust.dead_letters:,} dead letter{'' if trust.dead_letters == 1 else 's'}"
    yield Remark(letters if trust.dead_letters else "no dead letters", trust.dead_letters > 0)
    if document is not None and "version" in document:
        version, current = document["version"], judged.projection.shape.version
        now = "" if version == current else f", now at {current}"
        yield Remark(f"folded by version {version}{now}", version != current)


def _status(judged: Judged, written: datetime | None, trust: Trust) -> Remark:
    match trust.status:
        case "complete":
            return Remark("complete", doubtful=False)
        case "missing":
            return Remark("missing: nothing of this date was counted", doubtful=True)
    if judged.over:
        return Remark("partial: marked as incomplete", doubtful=True)
    known = [each for each in (written, trust.flushed_at) if each is not None]
    until = f": until {max(known).astimezone(judged.zone):%H:%M}" if known else ""
    return Remark(f"partial{until}", doubtful=True)


def _age(ago: timedelta) -> str:
    seconds = max(0, int(ago.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


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
    value, first = document.get(name, 0), document.get(stages[0], 0)
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
