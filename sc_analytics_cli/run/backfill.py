"""Backfill: rebuild whole dates from the log, under live writers, without a lock.

A rebuild is an ordinary flush into a scratch store in which the dates begin
empty. Then each document is swapped whole. Where a live run has moved a
document past the scan's end meanwhile, the log is read on to there and the swap
tried again: a reader never sees a half-built day, and nothing is counted twice
or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..decode.fields import Rejected
from ..decode.moment import Calendar
from ..errors import ConflictError
from ..event import LogRecord
from ..fold.field import Document
from ..settings import Rules
from ..source.port import Source
from ..store.port import Store
from . import dead_letters
from .backfill_plan import Plan, load_documents
from .backfill_scan import Scanned
from .explain import content
from .rebuilt import Rebuilt, loses, same

_ATTEMPTS = 200


@dataclass
class Outcome:
    """What a backfill did to one projection: (before, after) of each date, None for no document.

    `documents` is how many of the unchanged dates have one; `kept` are the dates
    that were left alone, as an archive ends too early for them.
    """

    changed: dict[str, tuple[Document | None, Document | None]] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    documents: int = 0
    kept: list[str] = field(default_factory=list)


class Backfill:
    """Swaps the rebuilt dates of one plan into the store, reading on where live runs are ahead."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        rules: Rules,
        clock: Callable[[], datetime],
        scanned: Sequence[Scanned],
    ) -> None:
        """`scanned` are the parts that the scan of the plan's spans gave, one a process."""
        self._plan = plan
        self._store = store
        self._clock = clock
        self._calendar = Calendar(rules.timezone)
        self._rebuilt = Rebuilt(plan, store, rules, clock, scanned)

    def finish(self, source: Source, batch: int) -> Outcome:
        """Swap every date.

        Raises ConflictError where live writers are ahead each time, for very long.
        """
        outcome = Outcome()
        pending = list(self._plan.dates)
        for _ in range(_ATTEMPTS):
            stored = load_documents(self._store, self._plan.projection, pending)
            if self._rebuilt.read_on(source, stored.values(), batch):
                continue
            pending = self._swap(pending, stored, outcome)
            if not pending:
                self._settle_letters(outcome)
                return outcome
        raise ConflictError(
            f"live runs are always ahead of the rebuild of {', '.join(pending)}",
            advice="type the command again, or stop the live runs for a moment",
        )

    def _settle_letters(self, outcome: Outcome) -> None:
        """Dead letters that can be read now and add to no date but the rebuilt ones are closed.

        Where dates are left alone none is, as it may add to one of those. What was absorbed
        once and cannot be read any more is still counted by dates that are not rebuilt.
        """
        parts = self._rebuilt.parts()
        name = self._plan.projection.name
        rebuilt = set(self._plan.dates) - set(outcome.kept)
        unreadable = {at for each in parts for at in each.unreadable}
        dead_letters.still_absorbed(
            self._store,
            name,
            unreadable,
            lambda letter: (date := self._date_of(letter)) is not None and date not in rebuilt,
        )
        if outcome.kept:
            return
        read = {at for each in parts for at in each.letters}
        whole = read - {at for each in parts for at in each.left_out}
        dead_letters.close(self._store, name, whole, "rebuilt", self._clock())

    def _date_of(self, letter: Document) -> str | None:
        """The date that the record of a dead letter gives itself; None where it gives none."""
        said = content(LogRecord(letter["offset"], letter["value"])).occurred_at
        try:
            return self._calendar.slot(said).date
        except Rejected:
            return None

    def _swap(
        self,
        dates: Sequence[str],
        stored: Mapping[str, Document],
        outcome: Outcome,
    ) -> list[str]:
        """Swap or remove each date; returns those whose document was changed meanwhile.

        A document with the right figures is swapped too where it has absorbed
        something else than the rebuilt one: the same figures may come from other
        events, and those would be counted once more.
        """
        wanted, lost = {}, []
        for date, after in self._rebuilt.documents(dates, stored).items():
            before = stored.get(date)
            shape = self._plan.projection.shape
            if before and date in self._plan.guarded and loses(shape, before, after):
                outcome.kept.append(date)
                continue
            right = same(self._plan, before, after)
            if right and before and after and before["source"] != after["source"]:
                after["updated_at"] = before["updated_at"]
            elif right:
                outcome.unchanged.append(date)
                outcome.documents += before is not None
                continue
            wanted[date] = (before, after)
        kind = self._plan.projection.collection()
        written = self._store.swap(kind, [after for _, after in wanted.values() if after])
        gone = [before for before, after in wanted.values() if before and not after]
        removed = self._store.remove(kind, gone)
        for date, change in wanted.items():
            if date not in written and date not in removed:
                lost.append(date)
            elif same(self._plan, *change):
                outcome.unchanged.append(date)
                outcome.documents += 1
            else:
                outcome.changed[date] = change
        return lost
