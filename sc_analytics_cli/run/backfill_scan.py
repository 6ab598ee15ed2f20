"""The scan of a backfill: what the log says of the dates, folded into documents of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ..errors import AnalyticsError
from ..event import Coordinate
from ..fold.field import Document
from ..fold.ranges import Range, contains
from ..settings import Rules
from ..source.port import Source, Span
from ..store.port import CHECKPOINTS, Store
from ..store.scratch import ScratchStore
from .ahead import Start, at_once
from .backfill_plan import Plan
from .coordinates import CoordinateSet
from .dead_letters import Letters
from .flush import Flush
from .patience import Patience
from .ports import Observer
from .rebuild import Rebuild
from .replay import Share, replay
from .tally import Tally


class Scanned(NamedTuple):
    """What one process found for one projection; it travels between processes.

    `parts` are the dates as far as this process has read the log; for the rest
    see Rebuild. `overruled` are listed as dead letters and owned an event id of
    which the parts count another copy; `unreadable` were absorbed before and have
    become dead letters in this scan. With a `failure`, which stopped this
    projection alone, the rest is not to be used. `adopted` are event ids whose owner
    nobody will count, by the record that stands for it.
    """

    parts: dict[str, Document]
    overruled: set[Coordinate]
    unreadable: set[Coordinate]
    letters: set[Coordinate]
    left_out: set[Coordinate]
    amended: dict[str, set[Coordinate]]
    facts: CoordinateSet
    recorded: CoordinateSet
    entered: dict[Coordinate, str]
    met: CoordinateSet
    adopted: dict[str, Coordinate]
    mended: bool
    tally: Tally
    failure: AnalyticsError | None = None


class Rebuilding:
    """An ordinary flush into a scratch store in which the plan's dates begin empty."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        rules: Rules,
        clock: Callable[[], datetime],
        reading: Mapping[str, int],
        adopted: dict[str, Coordinate] | None = None,
    ) -> None:
        """`reading`: partition in which records may be missing → where reading begins.

        `adopted`: event id → the record that stands for its owner, as was found before.
        """
        self._plan = plan
        self._store = store
        self._kind = plan.projection.collection()
        scanned = {each: [span] for each, span in plan.spans.items()}
        self._scope = Rebuild(plan.dates, scanned, plan.declared, reading)
        self._scratch = ScratchStore(
            store, {self._kind, CHECKPOINTS}, self._absent, {} if adopted is None else adopted
        )
        self._letters = Letters(store, plan.projection.name, _nothing)
        self._overruled: set[Coordinate] = set()
        self.flush = Flush(
            plan.projection, self._scratch, rules, clock, scope=self._scope, letters=self._letters
        )

    def result(self, tally: Tally | None = None) -> Scanned:
        """What the records written to `flush` so far amount to."""
        parts = self._scratch.load(self._kind, self._plan.dates)
        scope = self._scope
        return Scanned(
            parts,
            self._overruled,
            self._unreadable(),
            scope.letters,
            scope.left_out,
            scope.amended,
            scope.facts,
            scope.recorded,
            scope.entered,
            scope.met,
            self._scratch.adopted,
            scope.mended,
            tally or Tally(),
        )

    def _unreadable(self) -> set[Coordinate]:
        listed = Letters(self._store, self._plan.projection.name, _nothing)
        return {
            Coordinate(partition, offset)
            for partition, ranges in self._plan.declared.items()
            for offset in listed.unread(partition) - self._letters.unread(partition)
            if contains(ranges, offset)
        }

    def _absent(self, owner: str, at: Coordinate) -> bool:
        if not self._plan.absorbed_elsewhere(owner):
            return self._scope.missed(Coordinate.of(owner), at)
        absorbed = Coordinate.of(owner)
        if absorbed.offset in self._letters.unread(absorbed.partition):
            self._overruled.add(absorbed)
        return True


def _nothing(partition: str) -> Sequence[Range]:
    """What the documents that are built anew have absorbed before."""
    return ()


def scan(
    plans: Sequence[Plan],
    partitions: Sequence[str],
    store: Store,
    source: Source,
    rules: Rules,
    clock: Callable[[], datetime],
    patience: Patience,
    observer: Observer,
    *,
    batch: int,
    stopped: Callable[[], bool],
    ahead: Start = at_once,
) -> dict[str, Scanned]:
    """Read the given partitions of the plans once; returns projection name → what was found.

    An error that stops one projection alone is kept in what was found for it.
    """
    rebuildings, shares = [], []
    wanted: dict[str, Span] = {}
    for plan in plans:
        spans = {each: span for each, span in plan.spans.items() if each in partitions}
        reading = {each: plan.spans[each][0] for each in plan.sparse}
        rebuilding = Rebuilding(plan, store, rules, clock, reading)
        rebuildings.append(rebuilding)
        shares.append(Share(rebuilding.flush, spans))
        for partition, (start, end) in spans.items():
            low, high = wanted.get(partition, (start, end))
            wanted[partition] = (min(low, start), max(high, end))
        observer.expects(plan.projection.name, sum(end - start for start, end in spans.values()))
    reader = source.read(wanted)
    try:
        replay(reader, shares, patience, observer, batch=batch, stopped=stopped, ahead=ahead)
    except AnalyticsError as error:
        if all(share.failure is not error for share in shares):
            raise
    finally:
        reader.close()
    return {
        share.flush.projection.name: rebuilding.result(share.tally)._replace(failure=share.failure)
        for rebuilding, share in zip(rebuildings, shares, strict=True)
    }
