"""`sc-analytics replay`: read a range of the log, or a file, again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer

from .. import bootstrap
from ..errors import InterruptedRunError, NotThereError, UsageError
from ..projections.catalog import named
from ..projections.declaration import Projection
from ..run.ahead import in_background
from ..run.patience import Patience
from ..run.ports import Observer
from ..run.ranges import Wish, chosen_lines, wished_spans
from ..run.replay import Share, check_no_hole
from ..run.replay import replay as run_replay
from ..run.same_log import as_absorbed, refuse_other_log
from ..run.spec import parse_spec
from ..run.store_rules import agree
from ..settings import Settings, zone
from ..source.port import Source, Span
from ..store.port import Store
from .completion import projection_names
from .differences import changed_by, print_changes
from .options import command, option
from .processes import Job, run_jobs
from .progress import watcher
from .source_file import open_source_file
from .voice import say

KAFKA = "kafka"


@dataclass(frozen=True)
class RangeOptions:
    """Which range of what; `worker` of `workers` takes every workers-th partition."""

    source: str
    start: str
    stop: str | None
    worker: int = 0
    workers: int = 1


@command
def replay(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME…|all]", help="Default: all.", autocompletion=projection_names
        ),
    ] = None,
    from_offset: Annotated[
        str | None,
        option("--from-offset", "earliest, latest, N, P:N[,P:N…], -N or @TIME.", metavar="SPEC"),
    ] = None,
    to_offset: Annotated[
        str | None, option("--to-offset", "Where to stop, exclusive.", metavar="SPEC")
    ] = None,
    source: Annotated[
        str, option("--source", "kafka, or a file of events (- is standard input).")
    ] = KAFKA,
    dry_run: Annotated[bool, option("--dry-run", "Write nothing; show what would change.")] = False,
    workers: Annotated[
        int, option("--workers", "Processes to split the partitions among.", min=1, max=64)
    ] = 1,
) -> None:
    """Read a range again: what was absorbed changes nothing, what is missing is filled.

    A file's offsets are its line numbers, and --from-offset may be left out.
    """
    if from_offset is None and source == KAFKA:
        raise UsageError(
            "replay needs to know where to start",
            advice="--from-offset earliest, N, P:N, -N or @2026-10-01",
        )
    projections = named(names or ["all"])
    ranges = RangeOptions(source, "earliest" if from_offset is None else from_offset, to_offset)
    _wish(settings, ranges)  # what cannot be understood is refused before anything is opened
    if dry_run:
        _dry_run(settings, projections, ranges)
        return
    count = workers if source == KAFKA else 1
    chosen = [projection.name for projection in projections]
    jobs = [
        Job(
            f"worker {number + 1}",
            partial(
                reread,
                settings,
                chosen,
                RangeOptions(source, ranges.start, ranges.stop, number, count),
            ),
        )
        for number in range(count)
    ]
    observer = watcher(bounded=True)
    try:
        run_jobs(jobs, observer)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            "interrupted; what was absorbed so far stays",
            advice="type the command again: nothing is counted twice",
        ) from None
    finally:
        observer.close()


def reread(
    settings: Settings,
    names: Sequence[str],
    options: RangeOptions,
    observer: Observer,
    stopped: Callable[[], bool],
) -> None:
    """Replay a range into the store, in this process."""
    with closing(bootstrap.open_store(settings)) as store:
        agree(store, settings.rules)
        _replay_into(store, settings, named(names), options, observer, stopped)


def _dry_run(settings: Settings, projections: Sequence[Projection], options: RangeOptions) -> None:
    observer = watcher(bounded=True)
    with closing(bootstrap.open_overlay(settings)) as overlay:
        agree(overlay, settings.rules)
        try:
            work = partial(_replay_into, overlay, settings, projections, options)
            run_jobs([Job("dry run", work)], observer)
        finally:
            observer.close()
        print_changes(changed_by(overlay, projections), "table")
    say("dry run: nothing was written")


def _replay_into(
    store: Store,
    settings: Settings,
    projections: Sequence[Projection],
    options: RangeOptions,
    observer: Observer,
    stopped: Callable[[], bool],
) -> None:
    clock = bootstrap.SystemClock()
    with closing(_open(store, settings, options, projections)) as source:
        shares = []
        for projection in projections:
            flush = bootstrap.new_flush(projection, store, settings)
            if options.source == KAFKA:
                topic = settings.topic_name(projection.topic)
                partitions = source.partitions([topic])
                refuse_other_log(flush.checkpoints, source, topic, partitions)
            spans = _spans(source, settings, projection, options)
            if not spans and options.worker == 0 and options.start.startswith("@"):
                observer.says(f"{projection.name}: {options.start} lies after the end of the log")
            check_no_hole(flush, spans, observer)
            shares.append(Share(flush, spans))
            records = sum(stop - start for start, stop in spans.values())
            observer.expects(projection.name, records)
        wanted = {name: span for share in shares for name, span in share.spans.items()}
        patience = Patience(clock, observer, clock.sleep, settings.timeout, stopped)
        with closing(source.read(wanted)) as reader:
            run_replay(
                reader,
                shares,
                patience,
                observer,
                batch=settings.flush_records,
                stopped=stopped,
                ahead=in_background,
            )


def _open(
    store: Store, settings: Settings, options: RangeOptions, projections: Sequence[Projection]
) -> Source:
    if options.source == KAFKA:
        topics = [settings.topic_name(each.topic) for each in projections]
        return as_absorbed(bootstrap.open_kafka(settings), store, topics)
    file = open_source_file(options.source)
    if not file.partitions({settings.topic_name(each.topic) for each in projections}):
        raise NotThereError(
            f"{options.source} holds no event of these topics",
            cause="it is empty, or an archive of other topics",
            advice="set --user-topic and --order-topic to the archive's topics",
        )
    file.within(*chosen_lines(file, file.line_span, _wish(settings, options)))
    return file


def _spans(
    source: Source, settings: Settings, projection: Projection, options: RangeOptions
) -> dict[str, Span]:
    """The spans of one projection that fall to this worker."""
    bounds = source.bounds(source.partitions([settings.topic_name(projection.topic)]))
    if options.source == KAFKA:
        spans = wished_spans(source, bounds, _wish(settings, options))
    else:
        spans = bounds
    mine = sorted(spans)[options.worker :: options.workers]
    return {each: spans[each] for each in mine if spans[each][0] < spans[each][1]}


def _wish(settings: Settings, options: RangeOptions) -> Wish:
    now, tz = bootstrap.SystemClock().now(), zone(settings.rules.timezone)
    stop = None if options.stop is None else parse_spec(options.stop, tz, now)
    return Wish(parse_spec(options.start, tz, now), stop, (options.start, options.stop or ""))
