"""The scope of a rebuild: certain dates only, and journals rewritten as the log is read now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ..event import Coordinate, Event, Fact
from ..fold import journal
from ..fold.field import Document
from ..fold.ranges import Range, contains
from .coordinates import CoordinateSet
from .scope import Located, LocatedPosting


class Rebuild:
    """Implements Scope for `dates`.

    A journal's entry at a coordinate of the scan is replaced by what the record
    says now. Of each order that is met:

    `facts` is where the records read here have facts; `recorded` where the
    journals have entries, inside `scanned`, the ranges that all processes
    together read; `entered` the facts that a journal had not although their
    coordinate lies in what was `absorbed` before, with the order of each;
    `mended` tells whether any entry was replaced or entered in this way.

    `readable` are the dead letters that can be read now, `amended` by date those
    of them that are counted there, `left_out` those that add to other dates too.
    """

    def __init__(
        self,
        dates: Collection[str],
        scanned: Mapping[str, Sequence[Range]],
        absorbed: Mapping[str, Sequence[Range]],
        letters: Collection[Coordinate],
    ) -> None:
        self.facts = CoordinateSet()
        self.recorded = CoordinateSet()
        self.entered: dict[Coordinate, str] = {}
        self.mended = False
        self.readable: set[Coordinate] = set()
        self.amended: dict[str, set[Coordinate]] = {}
        self.left_out: set[Coordinate] = set()
        self._dates = frozenset(dates)
        self._scanned = scanned
        self._absorbed = absorbed
        self._letters = frozenset(letters)

    def events(self, events: list[Located]) -> list[Located]:
        """See Scope.events; facts matter whatever their date, for their orders' sake."""
        kept = [
            each
            for each in events
            if each[1].date in self._dates or isinstance(each[1].effect, Fact)
        ]
        if self._letters:
            found = (Coordinate(partition, event.offset) for partition, event in kept)
            self.readable.update(at for at in found if at in self._letters)
        return kept

    def postings(self, postings: Iterable[LocatedPosting]) -> Iterable[LocatedPosting]:
        """See Scope.postings; notes those that come from a record listed as a dead letter."""
        for partition, posting in postings:
            if self._letters:
                self._note(Coordinate(partition, posting.offset), posting.date)
            if posting.date in self._dates:
                yield partition, posting

    def _note(self, at: Coordinate, date: str) -> None:
        if at in self._letters:
            if date in self._dates:
                self.amended.setdefault(date, set()).add(at)
            else:
                self.left_out.add(at)

    def record(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Document | None:
        """See Scope.record."""
        stored: Sequence[journal.Entry] = document["facts"]
        for entry in stored:
            at = journal.coordinate_of(entry)
            if contains(self._scanned.get(at.partition, ()), at.offset):
                self.recorded.add(at)
        for at, _ in events:
            self.facts.add(at)
        fresh = {str(at): journal.entry(at, event) for at, event in events}
        kept = [fresh.get(entry["at"], entry) for entry in stored]
        replaced = document if kept == stored else document | {"facts": kept}
        grown = journal.record(replaced, events) or replaced
        self._note_entered(grown, len(stored))
        self.mended |= replaced is not document
        return None if grown is document else grown

    def _note_entered(self, document: Document, known: int) -> None:
        for entry in document["facts"][known:]:
            at = journal.coordinate_of(entry)
            if contains(self._absorbed.get(at.partition, ()), at.offset):
                self.entered[at] = document["_id"]
                self.mended = True

    def bookings(
        self, document: Document, bookkeeper: journal.Bookkeeper
    ) -> Mapping[str, Sequence[journal.Booking]]:
        """See Scope.bookings; a date built anew knows nothing of the order of recording."""
        return journal.arranged_bookings(document, bookkeeper)
