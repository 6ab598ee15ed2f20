"""What backfill and verify share: plan, scan in one or more processes, swap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from .. import bootstrap
from ..errors import NotThereError
from ..projections.catalog import named
from ..report.dates import parse_dates
from ..run.backfill import Backfill, Outcome
from ..run.backfill_plan import Plan, checkpoints_of, plan
from ..run.backfill_scan import Scanned, another_pass_needed, scan
from ..run.checkpoints import Checkpoints
from ..run.patience import Patience
from ..run.ports import Observer
from ..run.rebuild import Facts
from ..run.same_log import refuse_other_log
from ..run.stale import stale_dates
from ..settings import Settings, zone
from ..source.port import Source
from ..store.port import Store
from .processes import Job, run_jobs

KAFKA = "kafka"


@dataclass(frozen=True)
class Request:
    """What is to be rebuilt, from where, and how."""

    names: Sequence[str]
    dates: Sequence[str] | None
    source: str
    workers: int
    slack: timedelta
    allow_incomplete: bool


def open_log(settings: Settings, request: Request) -> Source:
    """The brokers, or the file that is the whole truth."""
    if request.source == KAFKA:
        return bootstrap.open_kafka(settings)
    return bootstrap.open_file(request.source)


def make_plans(settings: Settings, store: Store, log: Source, request: Request) -> list[Plan]:
    """One plan for each projection that has dates to rebuild.

    Without dates in the request they are those folded by an older version.
    """
    tz = zone(settings.rules.timezone)
    today = bootstrap.SystemClock().now().astimezone(tz).date()
    plans = []
    for projection in named(request.names):
        dates = (
            stale_dates(store, projection)
            if request.dates is None
            else parse_dates(request.dates, today)
        )
        if not dates:
            continue
        declared = checkpoints_of(store, projection)
        topic = settings.topic_name(projection.topic)
        partitions = log.partitions([topic])
        if request.source == KAFKA:
            refuse_other_log(Checkpoints(store, projection.name), log, partitions)
        bounds = log.bounds(partitions)
        offsets_at = log.offsets_at if request.source == KAFKA else None
        made = plan(projection, store, declared, bounds, offsets_at, dates, tz, request.slack)
        plans.append(made)
    return plans


def possible(plans: Iterable[Plan], request: Request) -> list[Plan]:
    """The plans without the dates that retention has cut, unless those are allowed.

    Raises NotThereError where nothing is left to rebuild.
    """
    plans = list(plans)
    ready = [
        each
        if request.allow_incomplete
        else replace(each, dates=[date for date in each.dates if date not in each.cut])
        for each in plans
    ]
    ready = [each for each in ready if each.dates]
    if plans and not ready:
        raise NotThereError(
            "no date can be rebuilt whole: retention has cut all of them",
            cause="the log begins after the first events of these dates",
            advice="--source ARCHIVE, or --allow-incomplete to make do with what is left",
        )
    return ready


def rebuild(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    request: Request,
    observer: Observer,
) -> dict[str, Outcome]:
    """Scan and swap; returns projection name → outcome.

    `store` is swapped into; processes of their own, where there are several,
    open the store of the settings for the scan.
    """
    scanned = _scan(settings, store, log, plans, request, observer, None)
    again = [each for each in plans if another_pass_needed(each, scanned[each.projection.name])]
    if again:
        observer.says("order journals were mended: reading the range once more")
        facts = [
            {name: parts[worker].facts for name, parts in scanned.items()}
            for worker in range(_workers(request, plans))
        ]
        scanned |= _scan(settings, store, log, again, request, observer, facts)
    clock = bootstrap.SystemClock().now
    return {
        each.projection.name: Backfill(
            each, store, settings.rules, clock, scanned[each.projection.name]
        ).finish(log, settings.flush_records)
        for each in plans
    }


def _workers(request: Request, plans: Sequence[Plan]) -> int:
    partitions = {partition for each in plans for partition in each.spans}
    return max(1, min(request.workers if request.source == KAFKA else 1, len(partitions)))


def _scan(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    request: Request,
    observer: Observer,
    facts: Sequence[Mapping[str, Facts]] | None,
) -> dict[str, list[Scanned]]:
    partitions = sorted({partition for each in plans for partition in each.spans})
    count = _workers(request, plans)
    shares = [partitions[worker::count] for worker in range(count)]
    known: Sequence[Mapping[str, Facts] | None] = facts or [None] * count
    if count == 1:
        work: Any = partial(_scan_here, settings, store, log, plans, shares[0], known[0])
        found = run_jobs([Job("scan", work)], observer)
    else:
        jobs = [
            Job(f"worker {n + 1}", partial(_scan_there, settings, plans, shares[n], known[n]))
            for n in range(count)
        ]
        found = run_jobs(jobs, observer)
    return {each.projection.name: [part[each.projection.name] for part in found] for each in plans}


def _scan_there(
    settings: Settings,
    plans: Sequence[Plan],
    partitions: Sequence[str],
    facts: Mapping[str, Facts] | None,
    observer: Observer,
    stopped: Callable[[], bool],
) -> dict[str, Scanned]:
    with (
        closing(bootstrap.open_store(settings)) as store,
        closing(bootstrap.open_kafka(settings)) as log,
    ):
        return _scan_here(settings, store, log, plans, partitions, facts, observer, stopped)


def _scan_here(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    partitions: Sequence[str],
    facts: Mapping[str, Facts] | None,
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
        batch=settings.flush_records,
        stopped=stopped,
        facts=facts,
    )
