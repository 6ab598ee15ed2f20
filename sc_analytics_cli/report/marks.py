"""Is it broken? Each count and each rate of a date against the same hours of the 14 days before.

What is clearly out of the ordinary (see `ordinary`) becomes a mark. A date that
is over is judged as a whole. The one that is not: its whole hours so far, and
the last three of them; rates, which need no whole hours, to this minute, and in
the hour under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property, partial
from math import ceil, floor
from typing import Any, Final, NamedTuple

from ..fold.field import Cents, Count, Document, Field, Mean, Ratio, Tally
from ..projections.declaration import Projection, Share
from .clumps import Part, in_counts, median
from .elapsed import HOURS, even_hours, fold_hours, hours_over
from .figures import figure, heading
from .ordinary import LEAST_DAYS, Judgement, judge_count, judge_rate

DAYS: Final = 14
LAST_HOURS: Final = 3
SILENCE: Final = "events_counted"
"""The name of a mark that says that nothing was counted, whatever the field."""


class Mark(NamedTuple):
    """A figure that is out of the ordinary, and the hours (`HH`) in which it is.

    `value`, `low` and `high` are as in documents; `beyond` says how many spreads
    the value is away from what would still be ordinary, below 0 for too small.
    """

    report: str
    date: str
    name: str
    field: Field | Share
    value: Any
    low: Any
    high: Any
    beyond: float
    hours: tuple[str, ...]
    when: str

    @property
    def words(self) -> str:
        """`Payment success rate 71.0 %, usually 92.1–95.4 % by 14:00`."""
        low, high = figure(self.field, self.low), figure(self.field, self.high)
        usual = low if low == high else f"{low.removesuffix(' %')}–{high}"
        when = f" {self.when}" if self.when else ""
        return f"{heading(self.name)} {figure(self.field, self.value)}{when}, usually {usual}"


@dataclass(frozen=True)
class Judged:
    """One date of a projection among the days before it.

    `documents` are by date; a day without one is no history, but the date itself
    without one is a date on which nothing was counted.
    """

    projection: Projection
    day: date
    documents: Mapping[str, Document]
    now: datetime
    zone: tzinfo

    @cached_property
    def history(self) -> list[date]:
        """The days before that have a document, the latest first."""
        days = [self.day - timedelta(days=ago) for ago in range(1, DAYS + 1)]
        return [day for day in days if day.isoformat() in self.documents]

    @property
    def enough(self) -> bool:
        """Whether there are days enough to tell what is ordinary."""
        return len(self.history) >= LEAST_DAYS

    @cached_property
    def hours(self) -> tuple[str, ...]:
        """The whole hours of the date that are over, and comparable on all of the days."""
        over = hours_over(self.day, self.now, self.zone)
        return even_hours(over, [self.day, *self.history], self.zone)

    @property
    def over(self) -> bool:
        """Whether the date is over."""
        return self.day < self.now.astimezone(self.zone).date()

    def folded(self, day: date, hours: Sequence[str]) -> dict[str, Any]:
        """The date's figures in these hours; see `fold_hours`."""
        return fold_hours(self.projection.shape, self.documents.get(day.isoformat()), hours)


def marks(judged: Judged) -> list[Mark]:
    """What is out of the ordinary: a mark a field, rates first; the worst of its stretches of time.

    Nothing is marked where there is not history enough, nor of a date to come. Where
    nothing at all was counted, that alone is said.
    """
    if not judged.enough or judged.day > judged.now.astimezone(judged.zone).date():
        return []
    worst: dict[str, Mark] = {}
    for mark in [*_of_rates(judged), *_of_counts(judged)]:
        known = worst.get(mark.name)
        if known is None or abs(mark.beyond) > abs(known.beyond):
            worst[mark.name] = mark
    silence = worst.get(SILENCE)
    return list(worst.values()) if silence is None else [silence]


class _Stretch(NamedTuple):
    hours: tuple[str, ...]
    when: str


def _of_rates(judged: Judged) -> Iterator[Mark]:
    fields = rates(judged.projection)
    hourly = {name: _hourly(judged, field) for name, field in fields.items()}
    for stretch in _stretches_of_rates(judged):
        now, days = _figures(judged, stretch)
        for name, field in fields.items():
            of_days = {ago: part(field, each) for ago, each in days.items()}
            verdict = judge_rate(part(field, now), of_days, hourly[name])
            yield from _mark(judged, stretch, name, field, field.of(now), verdict)


def _hourly(judged: Judged, field: Ratio | Share) -> list[list[Part]]:
    wholes = _wholes(field)
    days = [judged.documents[day.isoformat()].get("hours", {}) for day in judged.history]
    return [
        [
            (hour.get(field.part, 0), sum(hour.get(name, 0) for name in wholes))
            for hour in day.values()
        ]
        for day in days
    ]


def _of_counts(judged: Judged) -> Iterator[Mark]:
    for stretch in _stretches_of_counts(judged):
        now, days = _figures(judged, stretch)
        for name, field in judged.projection.shape.fields.items():
            unit = _unit(judged.projection, name, field, days.values())
            if unit is None:
                continue
            of_days = {ago: each[name] for ago, each in days.items()}
            clumps = partial(_clumps, judged, name, unit)
            verdict = _in_whole_numbers(judge_count(now[name], of_days, clumps, unit=unit))
            yield from _mark(judged, stretch, name, field, now[name], verdict)
        yield from _silence(judged, stretch, now, days)


def _clumps(judged: Judged, name: str, unit: float) -> float:
    days = [judged.documents[day.isoformat()].get("hours", {}) for day in judged.history]
    return in_counts([[day.get(at, {}).get(name, 0) / unit for at in HOURS] for day in days])


def _silence(
    judged: Judged, stretch: _Stretch, now: Mapping[str, Any], days: Mapping[int, Mapping[str, Any]]
) -> Iterator[Mark]:
    """Nothing counted at all, where each field by itself might well be 0."""
    counters = [
        name
        for name, field in judged.projection.shape.fields.items()
        if isinstance(field, Count | Tally)
    ]
    if counters and not any(now[name] for name in counters):
        of_days = {ago: sum(each[name] for name in counters) for ago, each in days.items()}
        verdict = _in_whole_numbers(judge_count(0, of_days, lambda: 1.0))
        yield from _mark(judged, stretch, SILENCE, Tally(), 0, verdict)


def _in_whole_numbers(verdict: Judgement | None) -> Judgement | None:
    """What is usual of a count is a count."""
    if verdict is None:
        return None
    return verdict._replace(low=floor(verdict.low), high=ceil(verdict.high))


def _figures(judged: Judged, stretch: _Stretch) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
    """Of the date, and of the days before it by how long ago they are."""
    days = {(judged.day - day).days: judged.folded(day, stretch.hours) for day in judged.history}
    return judged.folded(judged.day, stretch.hours), days


def _stretches_of_counts(judged: Judged) -> Iterator[_Stretch]:
    if not judged.hours:
        return
    if judged.over:
        yield _Stretch(judged.hours, "")
        return
    last = judged.hours[-1]
    yield _Stretch(judged.hours, f"by {int(last) + 1:02}:00")
    if len(judged.hours) > LAST_HOURS:
        hours = judged.hours[-LAST_HOURS:]
        yield _Stretch(hours, f"from {hours[0]}:00 to {int(last) + 1:02}:00")


def _stretches_of_rates(judged: Judged) -> Iterator[_Stretch]:
    if judged.over:
        yield _Stretch(judged.hours, "")
        return
    under_way = f"{judged.now.astimezone(judged.zone).hour:02}"
    current = even_hours([under_way], [judged.day, *judged.history], judged.zone)
    hours = (*judged.hours, *current)
    if hours:
        yield _Stretch(hours, "")
    if len(hours) > LAST_HOURS:
        yield _Stretch(hours[-LAST_HOURS:], f"since {hours[-LAST_HOURS]}:00")
    if current and len(hours) > 1:
        yield _Stretch(current, f"since {under_way}:00")


def rates(projection: Projection) -> dict[str, Ratio | Share]:
    """The projection's rates by name: the document's own, then those of reports alone."""
    own = {name: each for name, each in projection.shape.fields.items() if isinstance(each, Ratio)}
    return own | dict(projection.shares)


def part(field: Ratio | Share, figures: Mapping[str, Any]) -> Part:
    """What a rate is a part of: the part, and the whole."""
    return figures[field.part], sum(figures[name] for name in _wholes(field))


def _wholes(field: Ratio | Share) -> tuple[str, ...]:
    return field.wholes if isinstance(field, Share) else (field.whole,)


def _unit(
    projection: Projection, name: str, field: Field, days: Iterable[Mapping[str, Any]]
) -> float | None:
    """What one event adds to a field; None of a field that is not judged as a count.

    Money is judged where a mean says what it is divided among: in such means.
    """
    match field:
        case Count() | Tally():
            return 1.0
        case Cents():
            means = [each for each in projection.shape.fields.values() if isinstance(each, Mean)]
            found = [each.of(day) for day in days for each in means if each.total == name]
            known = [value for value in found if value]
            return float(median(known)) if known else None
        case _:
            return None


def _mark(
    judged: Judged,
    stretch: _Stretch,
    name: str,
    field: Field | Share,
    value: Any,
    verdict: Judgement | None,
) -> Iterator[Mark]:
    if verdict is None or not verdict.beyond:
        return
    yield Mark(
        judged.projection.report,
        judged.day.isoformat(),
        name,
        field,
        value,
        verdict.low,
        verdict.high,
        verdict.beyond,
        stretch.hours,
        "" if stretch.hours == HOURS else stretch.when,
    )
