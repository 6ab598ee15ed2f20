"""The scan of a rebuild, here or in several processes that share the partitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final

from .. import bootstrap
from ..run.ahead import in_background
from ..run.backfill_plan import Plan
from ..run.backfill_scan import Scanned, scan
from ..run.patience import Patience
from ..run.ports import Observer
from ..settings import Settings
from ..source.port import Source
from ..store.overlay import OverlayStore
from ..store.port import Store
from .processes import Job, run_jobs
from .rebuild_request import KAFKA, Request, open_kafka

_READ_AT_ONCE: Final = 10_000
"""A scan swaps nothing on the way: more records at once are no faster, and take 40 MiB more."""


def _workers(request: Request, plans: Sequence[Plan], store: Store) -> int:
    if request.source != KAFKA or isinstance(store, OverlayStore):
        return 1
    partitions = {partition for each in plans for partition in each.spans}
    return max(1, min(request.workers, len(partitions)))


def scan_all(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    request: Request,
    observer: Observer,
) -> dict[str, list[Scanned]]:
    """Projection name → what was found, a part a process."""
    partitions = sorted({partition for each in plans for partition in each.spans})
    count = _workers(request, plans, store)
    shares = [partitions[worker::count] for worker in range(count)]
    if count > 1:
        jobs = [
            Job(f"worker {n + 1}", partial(_scan_there, settings, plans, shares[n]))
            for n in range(count)
        ]
        found = run_jobs(jobs, observer)
    else:
        found = [_alone(settings, store, log, plans, partitions, observer)]
    scanned = {
        each.projection.name: [part[each.projection.name] for part in found] for each in plans
    }
    again = [each for each in plans if _adopted_twice(scanned[each.projection.name])]
    if again:
        observer.says("records stand for others on several partitions: reading in one process")
        second = _alone(settings, store, log, again, partitions, observer)
        scanned |= {name: after(scanned[name], [part]) for name, part in second.items()}
    return scanned


def _alone(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    partitions: Sequence[str],
    observer: Observer,
) -> dict[str, Scanned]:
    work: Any = partial(_scan_here, settings, store, log, plans, partitions)
    (found,) = run_jobs([Job("scan", work)], observer)
    return dict(found)


def after(first: Iterable[Scanned], second: Sequence[Scanned]) -> list[Scanned]:
    """The second scan of the same range, with what only the first could notice.

    The first one has written journals and listed dead letters: the second finds them so.
    """
    first, head = list(first), second[0]
    entered = {at: order for each in first for at, order in each.entered.items()}
    noticed = head._replace(
        unreadable=head.unreadable.union(*(each.unreadable for each in first)),
        entered=entered | head.entered,
        mended=head.mended or any(each.mended for each in first),
    )
    return [noticed, *second[1:]]


def _adopted_twice(parts: Iterable[Scanned]) -> bool:
    """Whether two processes have each counted a copy of one event."""
    seen: set[str] = set()
    for part in parts:
        if not seen.isdisjoint(part.adopted):
            return True
        seen.update(part.adopted)
    return False


def _scan_there(
    settings: Settings,
    plans: Sequence[Plan],
    partitions: Sequence[str],
    observer: Observer,
    stopped: Callable[[], bool],
) -> dict[str, Scanned]:
    with (
        closing(bootstrap.open_store(settings)) as store,
        closing(open_kafka(settings, store, [each.projection for each in plans])) as log,
    ):
        return _scan_here(settings, store, log, plans, partitions, observer, stopped)


def _scan_here(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    partitions: Sequence[str],
    observer: Observer,
    stopped: Callable[[], bool],
) -> dict[str, Scanned]:
    clock = bootstrap.SystemClock()
    patience = Patience(clock, observer, clock.sleep, settings.timeout, stopped)
    return scan(
        plans,
        partitions,
        store,
        log,
        settings.rules,
        clock.now,
        patience,
        observer,
        batch=min(settings.flush_records, _READ_AT_ONCE),
        stopped=stopped,
        ahead=in_background,
    )
