"""A date among the days before it: what it is held against, and in which hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any, Final

from ..fold.field import Document
from ..projections.declaration import Projection
from .elapsed import even_hours, fold_hours, hours_over
from .ordinary import LEAST_DAYS

DAYS: Final = 14
"""So many days before are looked at."""


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
