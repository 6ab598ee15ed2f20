"""The scope of a rebuild: certain dates only, and journals rewritten as the log is read now."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence

from ..decode.reading import Reading
from ..event import Coordinate, Event
from ..fold import journal
from ..fold.field import Document
from ..fold.ranges import Range, contains
from .coordinates import CoordinateSet
from .scope import Located, LocatedPosting, located


class Rebuild:
    """Implements Scope for `dates`.

    A journal's entry for a record of the scan is replaced by what that says now
    (see `places`). Of each order that is met:

    `facts` is where the records read here have facts; `recorded` where the
    journals have entries, inside `scanned`, the ranges that all processes
    together read; `entered` the facts that a journal had not although their
    coordinate lies in what was `absorbed` before, with the order of each;
    `mended` tells whether any entry was replaced or entered in this way.

    Of partitions in which records may be missing, `met` is where there are any.

    `letters` are the dead letters that could be read; those that add to other
    dates too are also `left_out`: they are not counted in full. `amended` are
    those, by date, whose effect a rebuilt date has in another event's additions.
    """

    closing = "rebuilt"

    def __init__(
        self,
        dates: Collection[str],
        scanned: Mapping[str, Sequence[Range]],
        absorbed: Mapping[str, Sequence[Range]],
        reading: Mapping[str, int],
    ) -> None:
        """`reading`: partition in which records may be missing → where reading begins."""
        self._reading = reading
        self.met = CoordinateSet()
        self.facts = CoordinateSet()
        self.recorded = CoordinateSet()
        self.entered: dict[Coordinate, str] = {}
        self.mended = False
        self.letters: set[Coordinate] = set()
        self.left_out: set[Coordinate] = set()
        self.amended: dict[str, set[Coordinate]] = {}
        self._touched: dict[Coordinate, set[str]] = {}
        self._dates = frozenset(dates)
        self._scanned = scanned
        self._absorbed = absorbed

    @property
    def dates(self) -> Container[str] | None:
        """See Scope.dates; all, where it is to be told what was met."""
        return None if self._reading else self._dates

    def events(self, readings: Mapping[str, Reading]) -> list[Located]:
        """See Scope.events; facts matter whatever their date, for their orders' sake."""
        for partition in self._reading.keys() & readings.keys():
            self._meet(partition, readings[partition])
        events = located(readings)
        return [each for each in events if each[1].date in self._dates or each[1].fact is not None]

    def _meet(self, partition: str, reading: Reading) -> None:
        for event in reading.events:
            self.met.add(Coordinate(partition, event.offset))
        for letter in reading.dead_letters:
            self.met.add(Coordinate(partition, letter.record.offset))

    def missed(self, owner: Coordinate, at: Coordinate) -> bool:
        """Whether `owner` should have been read before `at`, and was not there any more.

        Compaction keeps the last record of a key: of an event that is on a partition
        twice it may have dropped the first, which owns the event's id.
        """
        if owner.partition != at.partition or owner.partition not in self._reading:
            return False
        return self._reading[owner.partition] <= owner.offset < at.offset and owner not in self.met

    def postings(
        self, postings: Iterable[LocatedPosting], letters: Collection[Coordinate]
    ) -> Iterable[LocatedPosting]:
        """See Scope.postings."""
        for partition, posting in postings:
            if posting.date in self._dates:
                yield partition, posting
            elif (partition, posting.offset) in letters:
                self.left_out.add(Coordinate(partition, posting.offset))

    def done_with(self, letters: Collection[Coordinate]) -> Collection[Coordinate]:
        """See Scope.done_with; none before the rebuilt documents are swapped."""
        self.letters.update(letters)
        for at in self._touched.keys() & set(letters):
            for date in self._touched[at]:
                if date in self._dates:
                    self.amended.setdefault(date, set()).add(at)
                else:
                    self.left_out.add(at)
        return ()

    def record(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Document | None:
        """See Scope.record."""
        stored: Sequence[journal.Entry] = document["facts"]
        for entry in stored:
            at = Coordinate.of(entry["at"])
            if contains(self._scanned.get(at.partition, ()), at.offset):
                self.recorded.add(at)
        places = self.places(document, events)
        for at, _ in events:
            self.facts.add(at)
        fresh = {
            place: journal.entry(at, event) | {"at": place}
            for (at, event), place in zip(events, places, strict=True)
        }
        kept = [fresh.get(entry["at"], entry) for entry in stored]
        replaced = document if kept == stored else document | {"facts": kept}
        grown = journal.record(replaced, events) or replaced
        self._note_entered(grown, len(stored))
        self.mended |= replaced is not document
        return None if grown is document else grown

    def places(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Sequence[str]:
        """See Scope.places.

        An event whose owner was absorbed long ago and is not read here (a file, say)
        is counted where the scan meets it; its entry keeps the owner's place, and with
        it the order in which the facts were recorded.
        """
        taken = {entry["at"] for entry in document["facts"]}
        first = {entry["event"]: entry["at"] for entry in reversed(document["facts"])}
        return [
            str(at) if str(at) in taken else first.get(event.id, str(at)) for at, event in events
        ]

    def _note_entered(self, document: Document, known: int) -> None:
        for entry in document["facts"][known:]:
            at = Coordinate.of(entry["at"])
            if contains(self._absorbed.get(at.partition, ()), at.offset):
                self.entered[at] = document["_id"]
                self.mended = True

    def bookings(
        self, document: Document, bookkeeper: journal.Bookkeeper
    ) -> Mapping[str, Sequence[journal.Booking]]:
        """See Scope.bookings; a date built anew knows nothing of the order of recording.

        The others do, and whoever counts a late fact there counts it as it was
        recorded: so it is noted which dates that would be.
        """
        if journal.arranged(document["facts"]) != document["facts"]:
            for at, booked in journal.bookings(document, bookkeeper).items():
                dates = {each.date for each in booked if each.adds}
                self._touched[Coordinate.of(at)] = dates
        return journal.arranged_bookings(document, bookkeeper)
