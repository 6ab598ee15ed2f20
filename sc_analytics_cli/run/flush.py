"""The flush: the only write path of every command, step by step.

    1  poll         records come from a source                     (the run)
    2  decode       check each record; what cannot be read is a dead letter
    3  claim        the ledger says which events are duplicates;
       record       facts of orders go into their journals
    4  fold         deltas per date and partition
    5  swap         each document absorbs what is new to it, compare-and-swap;
                    dead letters that could be read are closed
    6  checkpoint   say that everything up to here is absorbed
    7  commit       tell Kafka, for lag tools only                 (the run)

A process may be killed between any two steps, or two may run at once: every step
can be done again from the same records and then changes nothing more. 2 to 6 are
`Flush.write` (2 is that of a `batch` and may be done ahead, the rest is `absorb`);
crash tests stop at each of them through `reached`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from ..decode.moment import Calendar
from ..decode.reading import Reading
from ..event import Chunk, Coordinate, Record
from ..fold.delta import Delta, Deltas, fold
from ..fold.document import Reach, Unread, absorb, unabsorbed
from ..fold.ranges import union_all
from ..projections.declaration import Projection
from ..settings import Rules
from ..store.port import Store
from . import dead_letters
from .batch import Batch, Stretch, cut
from .checkpoints import Checkpoints
from .dead_letters import Letters
from .postings import Journals
from .readings import reading_of
from .remembered import Remembered
from .row import Row
from .scope import Everything, Located, LocatedPosting, Scope
from .tally import Tally


class Step(IntEnum):
    """The steps of a flush, as numbered in this module's docstring."""

    POLL = 1
    DECODE = 2
    CLAIM = 3
    FOLD = 4
    SWAP = 5
    CHECKPOINT = 6
    COMMIT = 7


class Decoded(NamedTuple):
    """A batch after step 2.

    `events` are those that matter to the run, and `claims` what step 3 asks the ledger for.
    """

    stretches: Mapping[str, Stretch]
    events: list[Located]
    claims: Mapping[str, Coordinate]


Reached = Callable[[Step], None]
"""Called when a step has had its effect."""


def unobserved(step: Step) -> None:
    """The `Reached` of ordinary running."""


EVERYTHING: Final = Everything()

_coordinate: Callable[[tuple[str, int]], Coordinate] = partial(tuple.__new__, Coordinate)
"""A coordinate of its two parts; a named tuple's own constructor takes twice as long."""


class Flush:
    """Writes batches of one projection; one object a process and projection, not thread-safe."""

    def __init__(
        self,
        projection: Projection,
        store: Store,
        rules: Rules,
        clock: Callable[[], datetime],
        reached: Reached = unobserved,
        scope: Scope = EVERYTHING,
        letters: Letters | None = None,
        max_dead_letters: int | None = None,
    ) -> None:
        """A live run gives `max_dead_letters`, see run/row.py."""
        self.projection = projection
        self.row = None if max_dead_letters is None else Row(max_dead_letters)
        self._scope = scope
        self.checkpoints = Checkpoints(store, projection.name)
        self._letters = letters or Letters(store, projection.name, self.checkpoints.absorbed)
        self._store = store
        self._clock = clock
        self._reached = reached
        self._readers = projection.readers(rules)
        self._calendar = Calendar(rules.timezone)
        bookkeeper = projection.bookkeeper()
        self._journals = (
            None
            if bookkeeper is None
            else Journals(store, projection.journals(), bookkeeper, scope)
        )
        self._documents = Remembered()
        self._reach: dict[str, list[list[int]]] = {}

    def begin(self, partition: str, since: int, at: int) -> None:
        """Say that every record of `[since, at)` is absorbed; reading goes on at `at`."""
        self._reach[partition] = [[since, at]]
        self._letters.forget(partition)

    def write(self, chunks: Iterable[Chunk]) -> Tally:
        """Steps 2 to 6 for these chunks; raises as `Batch.add` and `absorb`."""
        batch = self.batch()
        for chunk in chunks:
            batch.add(chunk)
        return self.absorb(self.decoded(batch))

    def batch(self) -> Batch:
        """An empty batch; whatever is added to it takes the most of step 2.

        Its `add` raises DeclarationError where a function of the projection fails at a record.
        """
        return Batch(self._read)

    def decoded(self, batch: Batch) -> Decoded:
        """The rest of step 2; no server is asked, another batch may be absorbed meanwhile."""
        return self._decoded(batch.stretches)

    def absorb(self, batch: Decoded) -> Tally:
        """Steps 3 to 6, and the dead letters of step 2.

        Raises UnreachableError where the store is away: absorb the same batch
        again. Raises UnreadableError, after what comes before is written, where
        too many records in a row are dead letters.
        """
        if self.row is None:
            return self._write(batch)
        length, refused = self.row.along(_readings(batch.stretches))
        if refused is not None:
            batch = self._decoded(cut(batch.stretches, refused.at))
        tally = self._write(batch, length)
        self.row.length = length
        if refused is not None:
            raise refused.error(self.projection.name)
        return tally

    def _read(self, partition: str, records: Sequence[Record]) -> Reading:
        dates = self._scope.dates
        return reading_of(self.projection, partition, records, self._readers, self._calendar, dates)

    def _decoded(self, stretches: Mapping[str, Stretch]) -> Decoded:
        events = self._scope.events(_readings(stretches))
        first = _first_of_each(events)
        claims = self._store.prepared(self.projection.ledger(), first)
        return Decoded(stretches, events, claims)

    def _write(self, batch: Decoded, row: int | None = None) -> Tally:
        stretches, tally = batch.stretches, Tally()
        reach = {
            partition: union_all(self._reach.get(partition, []), stretch.ranges)
            for partition, stretch in stretches.items()
        }
        try:
            with self._store.atomic():
                self._sort_out(batch, tally)
                self._reached(Step.DECODE)
                kept = self._claim(batch, tally)
                unread = {each: self._letters.unread(each) for each in stretches}
                letters = self._readable_now(kept, unread)
                postings = self._scope.postings(self._post(kept, tally), letters)
                self._reached(Step.CLAIM)
                deltas = fold(postings)
                self._reached(Step.FOLD)
                self._swap(deltas, reach, unread, tally)
                self._close(self._scope.done_with(letters))
                self._reached(Step.SWAP)
                self.checkpoints.move(reach, self._clock(), row=row)
                self._reached(Step.CHECKPOINT)
        except BaseException:
            self._documents.clear()
            self.checkpoints.forget()
            self._letters.forget()
            raise
        self._reach |= reach
        return tally

    def _sort_out(self, batch: Decoded, tally: Tally) -> None:
        """Keep the dead letters, count what is skipped."""
        letters = []
        for partition, stretch in batch.stretches.items():
            reading = stretch.reading
            letters += [(partition, stretch.label, letter) for letter in reading.dead_letters]
            tally.read += reading.records
            tally.skipped += reading.skipped
            tally.of_other_dates += len(reading.events) + reading.of_other_dates
        tally.of_other_dates -= len(batch.events)
        if letters:
            self._letters.keep(letters, self._clock())
            tally.dead_letters += len(letters)

    def _readable_now(self, kept: Iterable[Located], unread: Unread) -> frozenset[Coordinate]:
        """Where among these events are records that are listed as dead letters."""
        if not any(unread.values()):
            return frozenset()
        return frozenset(
            Coordinate(partition, event.offset)
            for partition, event in kept
            if event.offset in unread[partition]
        )

    def _claim(self, batch: Decoded, tally: Tally) -> list[Located]:
        """Keep each event id at the one coordinate that owns it."""
        events, claims = batch.events, batch.claims
        lost = self._store.claim(self.projection.ledger(), claims) if claims else {}
        if not lost and len(claims) == len(events):
            return events
        owners = {each: str(at) for each, at in claims.items()} | lost
        kept = [
            (partition, event)
            for partition, event in events
            if owners[event.id] == str(Coordinate(partition, event.offset))
        ]
        tally.duplicates += len(events) - len(kept)
        return kept

    def _post(self, kept: list[Located], tally: Tally) -> Iterable[LocatedPosting]:
        tally.counted += len(kept)
        if self._journals is None:
            return kept
        posted = self._journals.post(kept)
        tally.counted -= posted.duplicates
        tally.duplicates += posted.duplicates
        tally.conflicts += posted.conflicts
        return posted.postings

    def _swap(self, deltas: Deltas, reach: Reach, unread: Unread, tally: Tally) -> None:
        """Step 5: absorb and swap until every document has it."""
        kind, shape = self.projection.collection(), self.projection.shape
        pending = dict(deltas)
        first_try = True
        while pending:
            self._load(kind, pending)
            changed = []
            for date, by_partition in pending.items():
                document = self._documents.get(date) or shape.empty(date)
                fresh = unabsorbed(document, by_partition, unread)
                if first_try:
                    tally.redelivered += _postings(by_partition) - _postings(fresh)
                if fresh:
                    changed.append(absorb(shape, document, fresh, reach, unread, self._clock()))
            revs = self._store.swap(kind, changed)
            self._documents.written(changed, revs)
            pending = {d["_id"]: pending[d["_id"]] for d in changed if d["_id"] not in revs}
            tally.written += len(revs)
            tally.conflicts += len(pending)
            first_try = False

    def _close(self, letters: Collection[Coordinate]) -> None:
        if letters:
            name, status = self.projection.name, self._scope.closing
            dead_letters.close(self._store, name, letters, status, self._clock())

    def _load(self, kind: str, dates: Iterable[str]) -> None:
        missing = self._documents.missing(dates)
        if missing:
            self._documents.loaded(self._store.load(kind, missing))


def _readings(stretches: Mapping[str, Stretch]) -> dict[str, Reading]:
    return {partition: stretch.reading for partition, stretch in stretches.items()}


def _first_of_each(events: Sequence[Located]) -> dict[str, Coordinate]:
    """Event id → where this batch has it; walked backwards, so that the first of two stays."""
    back = events[::-1]
    offsets = [event.offset for _, event in back]
    places = map(_coordinate, zip(map(itemgetter(0), back), offsets, strict=True))
    return dict(zip([event.id for _, event in back], places, strict=True))


def _postings(deltas: Mapping[str, Delta]) -> int:
    return sum(len(delta.postings) for delta in deltas.values())
