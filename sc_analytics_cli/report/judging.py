"""Every count and every rate of a date, in some of its hours, against the same of other days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import ceil, floor
from typing import Any, Final, NamedTuple

from ..fold.field import Cents, Count, Field, Mean, Ratio, Tally
from ..projections.declaration import Projection, Share
from .clumps import Part, in_counts, median
from .elapsed import HOURS
from .judged import Judged
from .ordinary import Judgement, judge_count, judge_rate

SILENCE: Final = "events_counted"
"""The name of a verdict on all counters together, whatever the field."""


class Verdict(NamedTuple):
    """A field's value in some hours, and what is usual; as in documents."""

    name: str
    field: Field | Share
    value: Any
    judgement: Judgement


_Figures = tuple[Mapping[str, Any], Mapping[int, Mapping[str, Any]]]
"""Of the date, and of the days before it by how long ago they are."""


@dataclass(frozen=True)
class Judge:
    """Judges one date; what cannot be judged has no verdict."""

    judged: Judged

    def rates(self, hours: Sequence[str]) -> Iterator[Verdict]:
        """A verdict on each rate in these hours (`HH`)."""
        now, days = self._figures(hours)
        for name, field in rates(self.judged.projection).items():
            value = _part(field, now)
            if value is None:
                continue
            of_days = {
                ago: part for ago, each in days.items() if (part := _part(field, each)) is not None
            }
            found = judge_rate(value, of_days, self._hourly[name])
            if found is not None:
                yield Verdict(name, field, field.of(now), found)

    def counts(self, hours: Sequence[str]) -> Iterator[Verdict]:
        """A verdict on each count in these hours, and on money by way of average payments."""
        now, days = self._figures(hours)
        projection = self.judged.projection
        for name, field in projection.shape.fields.items():
            unit = _unit(projection, name, field, days.values())
            if unit is None or now[name] is None:
                continue
            of_days = {ago: each[name] for ago, each in days.items() if each[name] is not None}
            clumps = partial(self._clumps, name, unit)
            found = judge_count(now[name], of_days, clumps, unit=unit)
            if found is not None:
                yield Verdict(name, field, now[name], _in_whole_numbers(found))

    def silence(self, hours: Sequence[str]) -> Iterator[Verdict]:
        """A verdict where nothing at all was counted, while each field by itself might be 0."""
        now, days = self._figures(hours)
        names = counters(self.judged.projection)
        if names and not any(now[name] for name in names):
            of_days = {ago: sum(each[name] or 0 for name in names) for ago, each in days.items()}
            found = judge_count(0, of_days, lambda: 1.0)
            if found is not None:
                yield Verdict(SILENCE, Tally(), 0, _in_whole_numbers(found))

    def _figures(self, hours: Sequence[str]) -> _Figures:
        known, asked = self._known, tuple(hours)
        if asked not in known:
            judged = self.judged
            days = {(judged.day - day).days: judged.folded(day, hours) for day in judged.history}
            known[asked] = judged.folded(judged.day, hours), days
        return known[asked]

    @cached_property
    def _known(self) -> dict[tuple[str, ...], _Figures]:
        return {}

    @cached_property
    def _hourly(self) -> Mapping[str, list[list[Part]]]:
        return {
            name: [
                [_of_hour(field, hour) for hour in day.values()]
                for day in self._hours_of_days(_names(field))
            ]
            for name, field in rates(self.judged.projection).items()
        }

    def _clumps(self, name: str, unit: float) -> float:
        days = self._hours_of_days([name])
        return in_counts([[day.get(at, {}).get(name, 0) / unit for at in HOURS] for day in days])

    def _hours_of_days(self, names: Iterable[str]) -> list[Mapping[str, Mapping[str, Any]]]:
        """Of the days whose documents have all of these fields."""
        documents = [self.judged.documents[day.isoformat()] for day in self.judged.history]
        return [each.get("hours", {}) for each in documents if all(name in each for name in names)]


def rates(projection: Projection) -> dict[str, Ratio | Share]:
    """The projection's rates by name: the document's own, then those of reports alone."""
    own = {name: each for name, each in projection.shape.fields.items() if isinstance(each, Ratio)}
    return own | dict(projection.shares)


def counters(projection: Projection) -> list[str]:
    """The fields that count events."""
    fields = projection.shape.fields.items()
    return [name for name, field in fields if isinstance(field, Count | Tally)]


def _names(field: Ratio | Share) -> tuple[str, ...]:
    """The counters of a rate: the part, then what makes up the whole."""
    return (field.part, *(field.wholes if isinstance(field, Share) else (field.whole,)))


def _part(field: Ratio | Share, figures: Mapping[str, Any]) -> Part | None:
    """What a rate is a part of: the part, and the whole; None where either is not known."""
    part, *wholes = [figures[name] for name in _names(field)]
    return None if part is None or None in wholes else (part, sum(wholes))


def _of_hour(field: Ratio | Share, hour: Mapping[str, Any]) -> Part:
    part, *wholes = [hour.get(name, 0) for name in _names(field)]
    return part, sum(wholes)


def _in_whole_numbers(judgement: Judgement) -> Judgement:
    """What is usual of a count is a count."""
    return judgement._replace(low=floor(judgement.low), high=ceil(judgement.high))


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
            fields = projection.shape.fields
            means = [
                mean for mean, of in fields.items() if isinstance(of, Mean) and of.total == name
            ]
            found = [day[mean] for day in days for mean in means]
            known = [value for value in found if value]
            return float(median(known)) if known else None
        case _:
            return None
