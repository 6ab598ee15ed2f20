"""What a report shows, put together: one date in full, several as a table, or a date's hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from ..fold.field import Document
from ..projections.declaration import Projection
from .day import DayView, view_day
from .figures import capital, dates_in_words
from .hours import hour_rows
from .hours_view import HoursView, view_hours
from .judged import DAYS, Judged
from .marks import Mark, marks
from .ranking import USUAL, Choice
from .rows import Row, build_rows, totals
from .trust import Trust

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_JUDGED: Final = 31
"""Of more dates at a time only the last so many are judged."""


class Known(NamedTuple):
    """What the store knows of one projection: documents by date, those before the dates too."""

    projection: Projection
    documents: Mapping[str, Document]
    flushed_at: datetime | None
    dead_letters: int


@dataclass(frozen=True)
class Page:
    """One report of the dates asked for, at an instant (aware)."""

    known: Known
    dates: Sequence[str]
    now: datetime
    zone: ZoneInfo
    choice: Choice = USUAL

    @property
    def title(self) -> str:
        """The report's name, which dates, and the zone."""
        name = capital(self.known.projection.report)
        return f"{name}: {dates_in_words(self.dates)}, {self.zone}"

    @property
    def rows(self) -> list[Row]:
        """A row for each date."""
        today = self.now.astimezone(self.zone).date()
        return build_rows(self.dates, self.known.documents, today=today)

    @property
    def judged(self) -> list[Judged]:
        """The dates that are held against those before them, none that is still to come."""
        today = self.now.astimezone(self.zone).date().isoformat()
        days = [day for day in self.dates if day <= today][-MOST_JUDGED:]
        return [self._judged(day) for day in days]

    def marks(self) -> list[Mark]:
        """What is out of the ordinary, by date as asked."""
        return [mark for judged in self.judged for mark in marks(judged)]

    def screen(self, most_marks: int | None = None) -> RenderableType:
        """The report for a Console to print; of more than `most_marks` the rest is only counted."""
        from .day_screen import DayScreen
        from .table import report_table

        view = self.day()
        if view is not None:
            return DayScreen(view, most_marks)
        rows = self.rows
        return report_table(
            self.known.projection,
            rows,
            totals(self.known.projection, rows),
            timezone=str(self.zone),
            choice=self.choice,
            marks=self.marks(),
            most_marks=most_marks,
        )

    def day(self) -> DayView | None:
        """The one date that is asked for; None where they are several."""
        if len(self.dates) != 1:
            return None
        (row,) = self.rows
        return view_day(self._judged(row.date), self._trust(row), self.choice)

    def hours(self) -> Iterator[HoursView]:
        """Each date hour by hour; without hours where there is no document."""
        for row in self.rows:
            judged = self._judged(row.date)
            document = row.document
            hours = [] if document is None else self._hours(document)
            yield view_hours(judged, self._trust(row), hours)

    def hours_screen(self, most_marks: int | None = None) -> RenderableType:
        """The dates hour by hour, for a Console to print; see `screen`."""
        from rich.console import Group
        from rich.text import Text

        from .hours_screen import HoursScreen

        screens: list[RenderableType] = []
        for view in self.hours():
            if screens:
                screens.append(Text())
            screens.append(HoursScreen(view, most_marks))
        return Group(*screens)

    def _hours(self, document: Document) -> list[Row]:
        return list(hour_rows(self.known.projection, document, self.now, self.zone))

    def _trust(self, row: Row) -> Trust:
        return Trust(row.status, self.known.flushed_at, self.known.dead_letters)

    def _judged(self, day: str) -> Judged:
        return Judged(
            self.known.projection,
            date.fromisoformat(day),
            self.known.documents,
            self.now,
            self.zone,
        )


def with_history(dates: Sequence[str]) -> list[str]:
    """The dates, and those that the last of them are held against."""
    wanted = dict.fromkeys(dates)
    for day in dates[-MOST_JUDGED:]:
        wanted.update(dict.fromkeys(_days_before(date.fromisoformat(day))))
    return list(wanted)


def _days_before(day: date) -> Iterator[str]:
    for ago in range(1, DAYS + 1):
        if day.toordinal() > ago:
            yield (day - timedelta(days=ago)).isoformat()
