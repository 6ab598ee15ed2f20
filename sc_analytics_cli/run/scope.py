"""Which part of a batch a flush counts, and how it treats the journals."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..decode.reading import Reading
from ..event import Coordinate, Event
from ..fold import journal
from ..fold.delta import Adding
from ..fold.field import Document

Located = tuple[str, Event]
"""A partition and an event of it."""

LocatedPosting = tuple[str, Adding]
"""A partition and a posting of an event of it."""


def located(readings: Mapping[str, Reading]) -> list[Located]:
    """All events that were read, partition after partition."""
    return [(partition, each) for partition, read in readings.items() for each in read.events]


class Scope(Protocol):
    """Decides what of a batch is counted."""

    @property
    def dates(self) -> Container[str] | None:
        """The only dates whose events are to be read, facts of orders apart; None for all."""
        ...

    def events(self, readings: Mapping[str, Reading]) -> list[Located]:
        """The events that matter, before their ids are claimed; `readings` by partition."""
        ...

    def postings(
        self, postings: Iterable[LocatedPosting], letters: Collection[Coordinate]
    ) -> Iterable[LocatedPosting]:
        """The postings that matter; `letters` are those events that are listed as dead letters."""
        ...

    def record(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Document | None:
        """An order's journal with these facts in it; None where it stays as it is."""
        ...

    def bookings(
        self, document: Document, bookkeeper: journal.Bookkeeper
    ) -> Mapping[str, Sequence[journal.Booking]]:
        """What each fact of a journal adds, by its coordinate."""
        ...

    def places(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Sequence[str]:
        """For each event, read at a coordinate, where the journal has it."""
        ...

    def done_with(self, letters: Collection[Coordinate]) -> Collection[Coordinate]:
        """Those of the letters that can be closed, now that the documents count them."""
        ...

    @property
    def closing(self) -> str:
        """The status that those are given."""
        ...


@dataclass(frozen=True)
class Everything:
    """The scope of consume, replay and retry: all of it, and journals only ever grow."""

    closing: str = "replayed"
    dates: None = None

    def events(self, readings: Mapping[str, Reading]) -> list[Located]:
        """See Scope.events."""
        return located(readings)

    def postings(
        self, postings: Iterable[LocatedPosting], letters: Collection[Coordinate]
    ) -> Iterable[LocatedPosting]:
        """See Scope.postings."""
        return postings

    def record(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Document | None:
        """See Scope.record."""
        return journal.record(document, events)

    def bookings(
        self, document: Document, bookkeeper: journal.Bookkeeper
    ) -> Mapping[str, Sequence[journal.Booking]]:
        """See Scope.bookings."""
        return journal.bookings(document, bookkeeper)

    def places(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Sequence[str]:
        """See Scope.places; an event that has an entry elsewhere is a duplicate."""
        return [str(at) for at, _ in events]

    def done_with(self, letters: Collection[Coordinate]) -> Collection[Coordinate]:
        """See Scope.done_with."""
        return letters
