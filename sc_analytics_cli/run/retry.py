"""Retrying a dead letter: one record, read again by the product as it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from ..decode.moment import Calendar
from ..decode.reader import read
from ..event import Event, LogRecord
from ..fold.delta import Entry, Posting
from ..fold.document import amend
from ..fold.field import Document
from ..projections.declaration import Projection
from ..settings import Rules
from ..store.port import Store
from .dead_letters import OPEN, close, coordinate_of
from .postings import Journals, own_postings
from .scope import Everything

CLOSING: Final = frozenset({"retried", "duplicate", "skipped"})
"""The answers of `Retry.retry` after which a dead letter is closed."""


class Retry:
    """Retries dead letters of one projection.

    The documents of the record's dates have absorbed its offset already. So each
    keeps the offset among its `amended` ones, in the same swap that adds the
    event: retried twice, killed in between, or beside a backfill, it counts once.
    """

    def __init__(
        self, projection: Projection, store: Store, rules: Rules, clock: Callable[[], datetime]
    ) -> None:
        self._projection = projection
        self._store = store
        self._clock = clock
        self._readers = projection.readers(rules)
        self._calendar = Calendar(rules.timezone)
        bookkeeper = projection.bookkeeper()
        self._journals = None if bookkeeper is None else Journals(store, bookkeeper, Everything())

    def retry(self, letter: Document) -> str:
        """What became of it: `retried`, `duplicate`, `skipped`, or the reason why it stays open."""
        if letter["status"] != OPEN:
            return f"{letter['status']} already"
        if letter["value_bytes"] != len(letter["value"] or b""):
            return "only its beginning was kept; a backfill of its date reads it from the log"
        at = coordinate_of(letter)
        reading = read(
            [LogRecord(at.offset, letter["value"], letter["key"])], self._readers, self._calendar
        )
        if reading.dead_letters:
            return reading.dead_letters[0].reason
        status = self._apply(letter, reading.events[0]) if reading.events else "skipped"
        close(self._store, self._projection.name, [at], status, self._clock())
        return status

    def _apply(self, letter: Document, event: Event) -> str:
        at = coordinate_of(letter)
        with self._store.atomic():
            if self._store.claim(self._projection.ledger(), {event.id: at}):
                return "duplicate"
            located = [(at.partition, event)]
            if self._journals is None:
                postings = list(own_postings(located))
            else:
                posted = self._journals.post(located)
                if posted.duplicates:
                    return "duplicate"
                postings = posted.postings
            for date, entries in _by_date(posting for _, posting in postings).items():
                self._amend(date, letter, entries)
        return "retried"

    def _amend(self, date: str, letter: Document, entries: Counter[Entry]) -> None:
        kind, shape = self._projection.collection(), self._projection.shape
        at = coordinate_of(letter)
        while True:
            document = self._store.load(kind, [date]).get(date) or shape.empty(date)
            amended = amend(shape, document, at, entries, self._clock())
            if amended is None or self._store.swap(kind, [amended]):
                return


def _by_date(postings: Iterable[Posting]) -> Mapping[str, Counter[Entry]]:
    by_date: dict[str, Counter[Entry]] = {}
    for posting in postings:
        if posting.adds:
            by_date.setdefault(posting.date, Counter())[posting.hour, posting.adds] += 1
    return by_date
