"""Retrying a dead letter: one record, read again by the product as it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from ..decode.moment import Calendar
from ..event import Chunk, Coordinate, LogRecord
from ..fold.delta import Adding
from ..fold.field import Document
from ..fold.ranges import contains
from ..projections.declaration import Projection
from ..settings import Rules
from ..store.port import Store
from .dead_letters import UNCOUNTED, close, coordinate_of
from .explain import additions
from .flush import Flush
from .readings import reading_of
from .scope import Everything
from .tally import Tally

RETRIED: Final = "retried"
CLOSING: Final = frozenset({RETRIED, "duplicate", "skipped"})
"""The answers of `Retry.retry` after which a dead letter is closed."""


class Answer(NamedTuple):
    """What became of a dead letter: `retried`, `duplicate`, `skipped`, or why it stays as it is.

    `postings` are what it adds to which date.
    """

    became: str
    postings: Sequence[Adding] = ()


class Retry:
    """Retries dead letters of one projection.

    A retry is a flush of one record. Documents count an offset that is listed as
    a dead letter by its coordinate (see fold/document.py): retried twice, killed
    in between, beside a backfill or a replay, the event counts once.
    """

    def __init__(
        self, projection: Projection, store: Store, rules: Rules, clock: Callable[[], datetime]
    ) -> None:
        self._projection = projection
        self._store = store
        self._rules = rules
        self._clock = clock

    def retry(self, letter: Document) -> Answer:
        """Count it if it can be read now; one that was discarded too."""
        if letter["status"] not in UNCOUNTED:
            return Answer(f"{letter['status']} already")
        if letter["value_bytes"] != len(letter["value"] or b""):
            why = "only its beginning was kept; a backfill of its date reads it from the log"
            return Answer(why)
        at = coordinate_of(letter)
        record = LogRecord(at.offset, letter["value"], letter["key"])
        readers = self._projection.readers(self._rules)
        calendar = Calendar(self._rules.timezone)
        reading = reading_of(self._projection, at.partition, [record], readers, calendar)
        if reading.dead_letters:
            return Answer(reading.dead_letters[0].reason)
        answer, tally = self._count(at, record, letter["topic"])
        if answer != RETRIED or tally.redelivered:
            return Answer(answer)
        added = [additions(self._projection, self._store, at, each) for each in reading.events]
        return Answer(answer, [posting for each in added for posting in each])

    def _count(self, at: Coordinate, record: LogRecord, label: str) -> tuple[str, Tally]:
        flush = Flush(
            self._projection, self._store, self._rules, self._clock, scope=Everything(RETRIED)
        )
        if not contains(flush.checkpoints.absorbed(at.partition), at.offset):
            return "it lies above the checkpoint: the next live run reads it", Tally()
        tally = flush.write([Chunk(at.partition, at.offset, at.offset + 1, [record], label)])
        status = RETRIED
        if not tally.counted:
            status = "duplicate" if tally.duplicates else "skipped"
        close(self._store, self._projection.name, [at], status, self._clock())
        return status, tally
