"""Since when: the hours of a date, each by itself against the same hour of the days before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .elapsed import even_hours
from .judged import Judged
from .judging import Judge, Verdict

_SPREADS: Final = 3.0
_FEW: Final = 8

ByHour = Mapping[str, Mapping[str, Verdict]]
"""Field → hour (`HH`) → the verdict on it; without one where too little happened to tell."""


def by_hour(judge: Judge) -> ByHour:
    """Whole hours that are over, and of rates the one under way."""
    found: dict[str, dict[str, Verdict]] = {}
    judged = judge.judged
    for hour in judged.hours:
        for verdict in (*judge.counts([hour]), *judge.silence([hour])):
            found.setdefault(verdict.name, {})[hour] = verdict
    for hour in (*judged.hours, *under_way(judged)):
        for verdict in judge.rates([hour]):
            found.setdefault(verdict.name, {})[hour] = verdict
    return found


def under_way(judged: Judged) -> tuple[str, ...]:
    """The hour that has begun and is not over, if it can be compared; none of a date that is."""
    if judged.over:
        return ()
    hour = f"{judged.now.astimezone(judged.zone).hour:02}"
    return even_hours([hour], [judged.day, *judged.history], judged.zone)


def out(verdict: Verdict) -> int:
    """-1 in an hour that is too low, 1 in one that is too high, else 0.

    Of a field that is out of the ordinary less is asked of an hour than of the date:
    it is to tell when that began.
    """
    away = verdict.judgement.away
    return 0 if abs(away) < _SPREADS else -1 if away < 0 else 1


def out_since(judged: Judged, of_hours: Mapping[str, Verdict], beyond: float) -> str:
    """`11:00` where a field has been out of the ordinary in this direction ever since.

    Empty where it cannot be told, or the last hour is ordinary again. In hours
    before in which too little happens to tell it may have begun: `11:00 or before`.
    """
    first = ""
    unknown = False
    for hour in reversed((*judged.hours, *under_way(judged))):
        verdict = of_hours.get(hour)
        if verdict is not None and out(verdict) * beyond > 0:
            first, unknown = hour, False
        elif verdict is None or _quiet(verdict, beyond):
            unknown = True
        elif not _unusual(verdict, beyond):
            break
    if not first:
        return ""
    return f"{first}:00 or before" if unknown else f"{first}:00"


def _unusual(verdict: Verdict, beyond: float) -> bool:
    """Whether the hour is off this way, if not clearly: nothing begins or ends with it."""
    _, _, value, (low, high, _, _) = verdict
    return bool(value < low if beyond < 0 else value > high)


def _quiet(verdict: Verdict, beyond: float) -> bool:
    """Whether so few are usual in the hour that too few would not be seen."""
    return beyond < 0 and isinstance(verdict.value, int) and verdict.judgement.high < _FEW
