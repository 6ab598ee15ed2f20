"""What a person watches, a row a projection: how fast it is, and when it will have caught up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from rich.console import RenderableType

from ..run.standing import PartitionStanding, ProjectionStanding
from .column_tables import UNKNOWN, Column, number, rate, span, tables

Absorbing = Callable[[str, str], float | None]
"""Projection and partition → records a second absorbed between two looks; None if unknown."""

_AT_WORK_SECONDS: Final = 10.0
"""A record may be this old before it is absorbed, and its projection still be up to date."""


def summary(
    projections: Sequence[ProjectionStanding], now: datetime, absorbing: Absorbing, width: int
) -> Iterator[RenderableType]:
    """A table of them all; nothing where there are none."""

    def absorbed(each: ProjectionStanding) -> float | None:
        return _sum([absorbing(each.name, part.partition) for part in each.partitions])

    def until(each: ProjectionStanding) -> str:
        return caught_up(each.lag, each.behind(now), arriving(each), absorbed(each))

    if projections:
        yield from tables(
            projections,
            Column("Projection", lambda each: each.name),
            [
                Column("Lag", lambda each: number(each.lag)),
                Column("Arriving", lambda each: rate(arriving(each))),
                Column("Absorbed", lambda each: rate(absorbed(each))),
                Column("Caught up", until),
                Column("Worst partition", worst),
            ],
            width,
        )


def arriving(projection: ProjectionStanding) -> float | None:
    """Records a second that arrive in all partitions together."""
    return _sum([each.arriving for each in projection.partitions])


def caught_up(
    lag: int | None, behind: float | None, arriving: float | None, absorbed: float | None
) -> str:
    """How long until nothing is left at this pace: `now`, `in 3m 20s`, `never`, or a dash."""
    if lag == 0 or (behind is not None and behind < _AT_WORK_SECONDS):
        return "now"
    if lag is None or arriving is None or absorbed is None:
        return UNKNOWN
    gained = absorbed - arriving
    return "in " + span(lag / gained) if gained > 0 else "never"


def worst(projection: ProjectionStanding) -> str:
    """The number of the partition that is furthest behind, and its lag."""
    lagging = [each for each in projection.partitions if each.lag]
    if not lagging:
        return UNKNOWN
    found: PartitionStanding = max(lagging, key=lambda each: each.lag or 0)
    return f"{found.number} (lag {number(found.lag)})"


def _sum(values: Sequence[float | None]) -> float | None:
    """Of those that are known; None where none is."""
    known = [each for each in values if each is not None]
    return sum(known) if known else None
