"""SPEC: where in a log to start or to stop.

    earliest | latest | N | P:N[,P:N…] | -N | @TIME

N is an offset in every partition, P:N one of partition P alone, -N counts back
from the end. TIME is an ISO date or date-time, or an age such as -2h; it is
compared with the record's timestamp.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from ..errors import NotThereError, UsageError

Bounds = Mapping[str, tuple[int, int]]
"""Partition → (first offset that is there, end)."""

OffsetsAt = Callable[[Iterable[str], int], Mapping[str, int]]
"""See Source.offsets_at."""

_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_BACK: Final = re.compile(r"-[0-9]{1,18}")
_PAIRS: Final = re.compile(r"[0-9]{1,9}:[0-9]{1,18}(?:,[0-9]{1,9}:[0-9]{1,18})*")
_AGE: Final = re.compile(r"-([0-9]{1,7})([smhdw])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FORMS = "earliest, latest, N, P:N[,P:N…], -N, @2026-10-01, @2026-10-01T12:00:00Z or @-2h"


@dataclass(frozen=True)
class Earliest:
    """The first offset that is there."""


@dataclass(frozen=True)
class Latest:
    """The end."""


@dataclass(frozen=True)
class Offset:
    """The same offset in every partition."""

    offset: int


@dataclass(frozen=True)
class OffsetOf:
    """An offset in each of the partitions named; the others are left out."""

    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Back:
    """So many offsets before the end, but not before the first one there."""

    count: int


@dataclass(frozen=True)
class Since:
    """The first record at or after an instant, in milliseconds since 1970 UTC."""

    milliseconds: int


Spec = Earliest | Latest | Offset | OffsetOf | Back | Since


def parse_spec(text: str, zone: tzinfo, now: datetime) -> Spec:
    """The SPEC of a text; `zone` is that of dates and of times without an offset.

    Raises UsageError for anything else than its six forms.
    """
    match text:
        case "earliest":
            return Earliest()
        case "latest":
            return Latest()
    if _NUMBER.fullmatch(text):
        return Offset(int(text))
    if _BACK.fullmatch(text):
        return Back(int(text[1:]))
    if _PAIRS.fullmatch(text):
        return OffsetOf(_pairs(text))
    if text.startswith("@"):
        return Since(_milliseconds(text[1:], zone, now))
    raise UsageError(f"{text!r} is not a SPEC", advice=f"use one of: {_FORMS}")


def resolve(spec: Spec, bounds: Bounds, offsets_at: OffsetsAt) -> dict[str, int]:
    """Partition → offset, for the partitions that the SPEC speaks of.

    Raises NotThereError for a partition that does not exist, and for an offset
    before the first or beyond the end.
    """
    match spec:
        case Earliest():
            return {name: first for name, (first, _) in bounds.items()}
        case Latest():
            return {name: end for name, (_, end) in bounds.items()}
        case Back(count):
            return {name: max(first, end - count) for name, (first, end) in bounds.items()}
        case Since(milliseconds):
            return dict(offsets_at(bounds, milliseconds))
        case Offset(offset):
            chosen = dict.fromkeys(bounds, offset)
        case OffsetOf(pairs):
            chosen = _named(dict(pairs), bounds)
    for name, offset in chosen.items():
        _check(name, offset, *bounds[name])
    return chosen


def _pairs(text: str) -> tuple[tuple[int, int], ...]:
    pairs = [tuple(map(int, part.split(":"))) for part in text.split(",")]
    if len({partition for partition, _ in pairs}) < len(pairs):
        raise UsageError(f"{text!r} names a partition twice", advice=f"use one of: {_FORMS}")
    return tuple((partition, offset) for partition, offset in pairs)


def _milliseconds(text: str, zone: tzinfo, now: datetime) -> int:
    age = _AGE.fullmatch(text)
    try:
        if age:
            instant = now - timedelta(seconds=int(age[1]) * _UNITS[age[2]])
        else:
            instant = datetime.fromisoformat(text)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=zone)
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"@{text} is not a time", advice="use @2026-10-01, @2026-10-01T12:00:00Z or @-2h"
        ) from None
    return int(instant.timestamp() * 1000)


def _named(offsets: Mapping[int, int], bounds: Bounds) -> dict[str, int]:
    chosen = {}
    for name in bounds:
        number = int(name.rpartition("/")[2])
        if number in offsets:
            chosen[name] = offsets[number]
    missing = set(offsets) - {int(name.rpartition("/")[2]) for name in chosen}
    if missing:
        known = sorted(bounds)
        there = [int(name.rpartition("/")[2]) for name in known]
        raise NotThereError(
            f"there is no partition {min(missing)}",
            cause="the topic has: " + ", ".join(known),
            advice=f"name one of these: {min(there)}:{offsets[min(missing)]}"
            if there
            else "name the offset alone: it is of every partition",
        )
    return chosen


def _check(name: str, offset: int, first: int, end: int) -> None:
    if offset > end:
        raise NotThereError(
            f"offset {offset} of {name} lies beyond its end {end}",
            advice="--from-offset latest, or name the partition: P:N",
        )
    if offset < first:
        raise NotThereError(
            f"offset {offset} of {name} is gone: the first one there is {first}",
            cause="retention has deleted what lies before it",
            advice="--from-offset earliest reads what is still there",
        )
