"""The scope of a rebuild: certain dates only, and journals rewritten as the log is read now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ..event import Coordinate, Event, Fact
from ..fold import journal
from ..fold.field import Document
from ..fold.ranges import Range, contains
from .scope import Located, LocatedPosting


class Bitmap:
    """A set of offsets at one bit each, so that a long log fits."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, offset: int) -> None:
        """Put an offset into the set."""
        place, bit = divmod(offset, 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits) + 4096))
        self._bits[place] |= 1 << bit

    def __contains__(self, offset: int) -> bool:
        place, bit = divmod(offset, 8)
        return place < len(self._bits) and bool(self._bits[place] >> bit & 1)


class Facts:
    """Where the scan found facts, by partition; shared by the passes over the same log."""

    def __init__(self) -> None:
        self._found: dict[str, Bitmap] = {}

    def add(self, at: Coordinate) -> None:
        """Note a fact."""
        self._found.setdefault(at.partition, Bitmap()).add(at.offset)

    def __contains__(self, at: Coordinate) -> bool:
        return at.partition in self._found and at.offset in self._found[at.partition]


class Rebuild:
    """Implements Scope for `dates`.

    A journal's entry at a coordinate of the scan is replaced by what the record
    says now. With `known` facts, those of a complete earlier pass, an entry that
    no record of the scan stands for any more is left out. `mended` tells whether
    any entry was changed: what was posted before that may then be wrong, and a
    further pass is needed.

    `letters` are the dead letters that could be read; those that add to other
    dates too are also `left_out`: they are not counted in full.
    """

    closing = "rebuilt"

    def __init__(
        self,
        dates: Collection[str],
        scanned: Mapping[str, Sequence[Range]],
        known: Facts | None = None,
    ) -> None:
        self.facts = Facts()
        self.mended = False
        self.letters: set[Coordinate] = set()
        self.left_out: set[Coordinate] = set()
        self._dates = frozenset(dates)
        self._scanned = scanned
        self._known = known

    def events(self, events: list[Located]) -> list[Located]:
        """See Scope.events; facts matter whatever their date, for their orders' sake."""
        return [
            each
            for each in events
            if each[1].date in self._dates or isinstance(each[1].effect, Fact)
        ]

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
        return ()

    def record(
        self, document: Document, events: Sequence[tuple[Coordinate, Event]]
    ) -> Document | None:
        """See Scope.record."""
        for at, _ in events:
            self.facts.add(at)
        fresh = {str(at): journal.entry(at, event) for at, event in events}
        kept = [fresh.get(entry["at"], entry) for entry in document["facts"] if self._stands(entry)]
        if kept != document["facts"]:
            self.mended = True
            document = document | {"facts": kept}
            return journal.record(document, events) or document
        return journal.record(document, events)

    def bookings(
        self, document: Document, bookkeeper: journal.Bookkeeper
    ) -> Mapping[str, Sequence[journal.Booking]]:
        """See Scope.bookings; a date built anew knows nothing of the order of recording."""
        return journal.arranged_bookings(document, bookkeeper)

    def _stands(self, entry: journal.Entry) -> bool:
        at = Coordinate.of(entry["at"])
        if self._known is None or not contains(self._scanned.get(at.partition, ()), at.offset):
            return True
        return at in self._known or at in self.facts
