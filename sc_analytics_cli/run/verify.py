"""Verify: compare documents with the log while live runs go on, without crying wolf.

What lies in the log and is not absorbed yet is no difference: live runs are given
a moment to get there, what they have not reached then is told apart, and the
documents are compared with the log as far as they have absorbed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from ..settings import Rules
from ..source.port import Source, Span
from ..store.port import Store
from .backfill import Outcome
from .backfill_plan import Plan, checkpoints_of, load_documents
from .backfill_scan import Scanned
from .log_start import times_of
from .ports import Clock
from .rebuilt import Rebuilt, same

PATIENCE_SECONDS: Final = 10.0
"""How long live runs may take to get where the log ended; they promise half of it."""

_ASK_SECONDS = 0.25
_LOOKS = 5


class Behind(NamedTuple):
    """Records that a projection has not absorbed, and when the first of them was recorded."""

    projection: str
    records: int
    since: datetime | None


def unabsorbed(plan: Plan, store: Store) -> dict[str, Span]:
    """Partition → what lies between its checkpoint and the end that the plan has seen.

    Empty where the projection has no checkpoint: nothing was ever consumed into
    this store. A partition without one of its own was not begun yet.
    """
    reached = {
        each: ranges[-1][1] for each, ranges in checkpoints_of(store, plan.projection).items()
    }
    if not reached:
        return {}
    spans = {
        each: (reached.get(each, plan.spans[each][0]), plan.spans[each][1]) for each in plan.growing
    }
    return {each: (at, end) for each, (at, end) in spans.items() if at < end}


def behind(plans: Iterable[Plan], store: Store, source: Source) -> list[Behind]:
    """Those of the plans' projections that have not absorbed everything that the plan reads."""
    found = []
    for plan in plans:
        spans = _there(source, unabsorbed(plan, store))
        if spans:
            first = min(times_of(source, spans).values(), default=None)
            records = sum(end - start for start, end in spans.values())
            found.append(Behind(plan.projection.name, records, first))
    return found


def _there(source: Source, spans: Mapping[str, Span]) -> dict[str, Span]:
    """What of the spans retention has not deleted."""
    firsts = {each: first for each, (first, _) in source.bounds(spans).items()}
    return {p: (max(at, firsts[p]), end) for p, (at, end) in spans.items() if firsts[p] < end}


def wait_for_live_runs(plans: Sequence[Plan], store: Store, clock: Clock) -> None:
    """Until all that the plans read is absorbed, but PATIENCE_SECONDS at most."""
    deadline = clock.monotonic() + PATIENCE_SECONDS
    while any(unabsorbed(plan, store) for plan in plans) and clock.monotonic() < deadline:
        clock.sleep(_ASK_SECONDS)


def read_what_is_absorbed(plan: Plan, store: Store) -> None:
    """Let the plan's spans end where the checkpoints are."""
    for partition, (absorbed, _) in unabsorbed(plan, store).items():
        start, _ = plan.spans[partition]
        plan.spans[partition] = (start, max(start, absorbed))


class Verification:
    """Compares the dates of one plan with what is stored; writes nothing."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        rules: Rules,
        clock: Clock,
        scanned: Sequence[Scanned],
        scratch: Store,
    ) -> None:
        """`store` is looked at; reading on writes claims and journals to `scratch`."""
        self._plan = plan
        self._store = store
        self._clock = clock
        self._rebuilt = Rebuilt(plan, scratch, rules, clock.now, scanned)

    def finish(self, source: Source, batch: int) -> Outcome:
        """What differs is what still does when no flush of a live run can be under way.

        A flush writes one document after the other, and the checkpoint last. Where
        a document is ahead of the checkpoints another one may lack its part for an
        instant: then it is looked at again.
        """
        outcome = Outcome()
        pending: Sequence[str] = self._plan.dates
        for _ in range(_LOOKS):
            stored = load_documents(self._store, self._plan.projection, pending)
            ahead = self._rebuilt.read_on(source, stored.values(), batch)
            differing = {}
            for date, after in self._rebuilt.documents(pending, stored).items():
                before = stored.get(date)
                if same(self._plan, before, after):
                    outcome.unchanged.append(date)
                    outcome.documents += before is not None
                else:
                    differing[date] = (before, after)
            outcome.changed, pending = differing, list(differing)
            if not pending or not ahead:
                break
            wait_for_live_runs([self._plan], self._store, self._clock)
        return outcome
