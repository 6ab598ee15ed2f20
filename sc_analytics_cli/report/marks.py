"""Is it broken? Each count and each rate of a date against the same hours of the 14 days before.

What is clearly out of the ordinary (see `ordinary`) becomes a mark. A date that
is over is judged as a whole. The one that is not: its whole hours so far; rates,
which need no whole hours, to this minute. Where that is ordinary, the last three
hours may not be, nor, of rates, the hour under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from ..fold.field import Field
from ..projections.declaration import Projection, Share
from .figures import figure, heading, usual
from .judged import Judged
from .judging import SILENCE, Judge, Verdict, rates
from .since import by_hour, out_since, under_way

LAST_HOURS: Final = 3


class Mark(NamedTuple):
    """A figure that is out of the ordinary, and the hours (`HH`) in which it is.

    `value`, `low` and `high` are as in documents; `beyond` says how many spreads
    the value is away from what would still be ordinary, below 0 for too small.
    `since` is when it began, if that can be told and it is so still: `11:00`.
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
    since: str = ""

    @property
    def words(self) -> str:
        """`Payment success rate 71.0 % today, usually 92.1–95.4 %; since 11:00`."""
        when = f" {self.when}" if self.when else ""
        since = f"; since {self.since}" if self.since else ""
        value, usually = figure(self.field, self.value), usual(self.field, self.low, self.high)
        return f"{heading(self.name)} {value}{when}, usually {usually}{since}"


def marks(judged: Judged) -> list[Mark]:
    """What is out of the ordinary, a mark a field: rates first, then counts as they are declared.

    What is out of it over all of the date so far is told so; of the rest the worst of
    the last hours. Nothing is marked where there is not history enough, nor of a date
    to come. Where nothing at all was counted, that alone is said.
    """
    if not judged.enough or judged.day > judged.now.astimezone(judged.zone).date():
        return []
    judge = Judge(judged)
    of_all, of_last = _worst(_of_all(judge)), _worst(_of_last_hours(judge))
    silence = of_all.get(SILENCE) or of_last.get(SILENCE)
    if silence is not None:
        return [silence]
    found = of_last | of_all
    ordered = [found[name] for name in _names(judged.projection) if name in found]
    return _dated(ordered, judge)


def _names(projection: Projection) -> Iterable[str]:
    """A rate tells why; and the fields of a funnel are declared from its beginning."""
    return dict.fromkeys([*rates(projection), *projection.shape.fields])


def _worst(found: Iterable[Mark]) -> dict[str, Mark]:
    worst: dict[str, Mark] = {}
    for mark in found:
        known = worst.get(mark.name)
        if known is None or abs(mark.beyond) > abs(known.beyond):
            worst[mark.name] = mark
    return worst


def _dated(found: list[Mark], judge: Judge) -> list[Mark]:
    """With when each began, of a date that is under way."""
    if judge.judged.over or not found:
        return found
    hours = by_hour(judge)
    dated = []
    for mark in found:
        since = out_since(judge.judged, hours.get(mark.name, {}), mark.beyond)
        dated.append(mark if mark.when == f"since {since}" else mark._replace(since=since))
    return dated


class _Stretch(NamedTuple):
    hours: tuple[str, ...]
    when: str


def _of_all(judge: Judge) -> Iterator[Mark]:
    """Of the date as a whole, or of all of it so far."""
    judged = judge.judged
    if judged.hours:
        when = "" if judged.over else f"by {int(judged.hours[-1]) + 1:02}:00"
        yield from _of_counts(judge, _Stretch(judged.hours, when))
    hours = (*judged.hours, *under_way(judged))
    if hours:
        yield from _of_rates(judge, _Stretch(hours, "" if judged.over else "today"))


def _of_last_hours(judge: Judge) -> Iterator[Mark]:
    judged = judge.judged
    if judged.over:
        return
    if len(judged.hours) > LAST_HOURS:
        last = judged.hours[-LAST_HOURS:]
        when = f"from {last[0]}:00 to {int(last[-1]) + 1:02}:00"
        yield from _of_counts(judge, _Stretch(last, when))
    current = under_way(judged)
    hours = (*judged.hours, *current)
    if len(hours) > LAST_HOURS:
        last = hours[-LAST_HOURS:]
        yield from _of_rates(judge, _Stretch(last, f"since {last[0]}:00"))
    if current and len(hours) > 1:
        yield from _of_rates(judge, _Stretch(current, f"since {current[0]}:00"))


def _of_counts(judge: Judge, stretch: _Stretch) -> Iterator[Mark]:
    yield from _marked(judge.judged, stretch, judge.counts(stretch.hours))
    yield from _marked(judge.judged, stretch, judge.silence(stretch.hours))


def _of_rates(judge: Judge, stretch: _Stretch) -> Iterator[Mark]:
    yield from _marked(judge.judged, stretch, judge.rates(stretch.hours))


def _marked(judged: Judged, stretch: _Stretch, verdicts: Iterable[Verdict]) -> Iterator[Mark]:
    for name, field, value, (low, high, beyond, _) in verdicts:
        if beyond:
            yield Mark(
                judged.projection.report,
                judged.day.isoformat(),
                name,
                field,
                value,
                low,
                high,
                beyond,
                stretch.hours,
                stretch.when,
            )
