"""What backfill and verify share: plan, scan in one or more processes, swap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .. import bootstrap
from ..errors import AnalyticsError, LimitError, NotThereError
from ..projections.catalog import named
from ..report.dates import parse_dates
from ..run.backfill import Backfill, Outcome
from ..run.backfill_journals import another_pass_needed, take_out
from ..run.backfill_plan import Plan, checkpoints_of, plan
from ..run.backfill_scan import Scanned
from ..run.checkpoints import Checkpoints
from ..run.log_start import first_times
from ..run.ports import Observer
from ..run.same_log import refuse_other_log
from ..run.stale import stale_dates
from ..settings import Settings, zone
from ..source.port import Source
from ..store.port import Store
from .left_alone import OF_CUTS
from .plan_words import cause_of_cuts, cut_dates, possible_dates
from .rebuild_request import KAFKA, Request
from .rebuild_scan import after, scan_all


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
        if not partitions:
            raise NotThereError(
                f"{request.source} holds no records of {topic}, which {projection.name} is made of",
                cause="it is the archive of another topic, or empty",
                advice="name the projections whose topic it holds",
            )
        if request.source == KAFKA:
            refuse_other_log(Checkpoints(store, projection.name), log, topic, partitions)
        bounds = log.bounds(partitions)
        offsets_at = log.offsets_at if request.source == KAFKA else None
        compacted = log.compacted(partitions)
        made = plan(
            projection, store, declared, bounds, offsets_at, dates, tz, request.slack, compacted
        )
        made.since = first_times(
            log, {each.partition for cuts in made.cut.values() for each in cuts}
        )
        plans.append(made)
    return plans


def hold_back(plans: Iterable[Plan]) -> None:
    """Read no further than the checkpoints where the log may have dropped records.

    What comes behind them would hide what a date loses. A topic that was never
    consumed is read to its end.
    """
    for each in plans:
        if not each.sparse & each.declared.keys():
            continue
        for partition in each.sparse:
            start, end = each.spans[partition]
            absorbed = each.declared[partition][-1][1] if partition in each.declared else start
            each.spans[partition] = (start, max(start, min(end, absorbed)))


def possible(plans: Iterable[Plan], request: Request) -> list[Plan]:
    """The plans without the dates that retention has cut, unless those are allowed.

    Raises NotThereError where nothing is left to rebuild.
    """
    plans = list(plans)
    allowed = request.allow_incomplete
    if allowed:
        plans = [replace(each, guarded=frozenset()) for each in plans]
    ready = [replace(each, dates=possible_dates(each, allowed=allowed)) for each in plans]
    ready = [each for each in ready if each.dates]
    if plans and not ready:
        raise NotThereError(
            f"no date can be rebuilt whole: retention has cut {cut_dates(plans)}",
            cause=cause_of_cuts(plans),
            advice=OF_CUTS,
        )
    return ready


def rebuild(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    request: Request,
    observer: Observer,
    outcomes: dict[str, Outcome],
) -> None:
    """Scan and swap; `outcomes` (projection name → outcome) is filled as it goes.

    `store` is swapped into; processes of their own, where there are several,
    open the store of the settings for the scan. On an overlay there is one, as
    what is tried on it must not reach the store. An error that stops one
    projection alone is raised when the others are swapped.
    """
    scanned = scan_settled(settings, store, log, plans, request, observer)
    clock = bootstrap.SystemClock().now
    failures = []
    for each in plans:
        name = each.projection.name
        failure = failure_of(scanned[name])
        if failure is None:
            swapping = Backfill(each, store, settings.rules, clock, scanned[name])
            try:
                outcomes[name] = swapping.finish(log, settings.flush_records)
            except LimitError as error:
                failure = error
        if failure is not None:
            failures.append(failure)
    if failures:
        raise failures[0]


def scan_settled(
    settings: Settings,
    store: Store,
    log: Source,
    plans: Sequence[Plan],
    request: Request,
    observer: Observer,
) -> dict[str, list[Scanned]]:
    """Projection name → what the scan of its plan gave, with journals that say what the log says.

    One part a process; what stopped a projection alone is kept in its parts.
    """
    scanned = scan_all(settings, store, log, plans, request, observer)
    again = [
        each
        for each in plans
        if failure_of(scanned[each.projection.name]) is None
        and another_pass_needed(each, scanned[each.projection.name])
    ]
    if again:
        observer.says("order journals were mended: reading the range once more")
        for each in again:
            take_out(each, store, scanned[each.projection.name])
        second = scan_all(settings, store, log, again, request, observer)
        scanned |= {name: after(scanned[name], parts) for name, parts in second.items()}
    return scanned


def failure_of(scanned: Iterable[Scanned]) -> AnalyticsError | None:
    """What stopped a projection in the scan, in any process."""
    return next((each.failure for each in scanned if each.failure is not None), None)
