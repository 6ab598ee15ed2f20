"""The second half of step 3: what each event that counts adds, and to which date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..event import Coordinate, Event
from ..fold import journal
from ..fold.delta import Posting
from ..fold.field import Document
from ..store.port import Store
from .scope import Located, LocatedPosting, Scope


class Posted(NamedTuple):
    """Postings; the events that a journal knew from another coordinate; races lost."""

    postings: list[LocatedPosting]
    duplicates: int
    conflicts: int


class Journals:
    """Records facts in the journals of their orders and reads off what they add."""

    def __init__(
        self, store: Store, kind: str, bookkeeper: journal.Bookkeeper, scope: Scope
    ) -> None:
        """`kind` is where the projection's journals are stored."""
        self._scope = scope
        self._store = store
        self._kind = kind
        self._bookkeeper = bookkeeper

    def post(self, events: Iterable[Located]) -> Posted:
        """Record every fact, under compare-and-swap, then answer what each of them adds.

        Events that are no facts add what they say.
        """
        by_order: dict[str, list[tuple[Coordinate, Event]]] = {}
        postings: list[LocatedPosting] = []
        for partition, event in events:
            if event.fact is not None:
                at = Coordinate(partition, event.offset)
                by_order.setdefault(event.fact.order, []).append((at, event))
            else:
                postings.append((partition, event))
        journals, conflicts = self._record(by_order)
        duplicates = 0
        for order, entries in by_order.items():
            booked = self._scope.bookings(journals[order], self._bookkeeper)
            places = self._scope.places(journals[order], entries)
            for (at, _), place in zip(entries, places, strict=True):
                if place not in booked:
                    duplicates += 1
                postings += [
                    (at.partition, Posting(at.offset, *booking))
                    for booking in booked.get(place, ())
                ]
        return Posted(postings, duplicates, conflicts)

    def _record(
        self, by_order: dict[str, list[tuple[Coordinate, Event]]]
    ) -> tuple[dict[str, Document], int]:
        """The journals with these facts in them, as stored; and how many races were lost."""
        done: dict[str, Document] = {}
        conflicts = 0
        pending = list(by_order)
        while pending:
            stored = self._store.load(self._kind, pending)
            changed = []
            for order in pending:
                document = stored.get(order) or journal.empty(order)
                grown = self._scope.record(document, by_order[order])
                done[order] = grown or document
                if grown is not None:
                    changed.append(grown)
            revs = self._store.swap(self._kind, changed)
            pending = [each["_id"] for each in changed if each["_id"] not in revs]
            conflicts += len(pending)
        return done, conflicts
