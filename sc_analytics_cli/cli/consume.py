"""`sc-analytics consume`: live running."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, TypeVar

import typer

from .. import bootstrap
from ..errors import ConflictError, NotThereError, UnreachableError, UnreadableError
from ..projections.catalog import named
from ..run.ahead import in_background
from ..run.consume import LiveRun, Pace
from ..run.observers import Observers
from ..run.patience import Patience
from ..run.ports import Observer, Where
from ..run.pulse import Pulsing
from ..run.same_log import as_absorbed
from ..run.spec import parse_spec
from ..run.start import Accepted, Beginnings
from ..run.store_rules import agree
from ..settings import Settings, zone
from ..source.port import Span
from .completion import projection_names
from .options import command, option
from .processes import Job, run_jobs
from .progress import watcher

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class LiveOptions:
    """What `consume` was asked for besides the settings."""

    until_end: bool
    start: str
    accept: Accepted
    max_dead_letters: int
    worker: str | None = None


@command
def consume(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME…|all", help="Projections to run.", autocompletion=projection_names
        ),
    ],
    settings: Settings,
    until_end: Annotated[
        bool, option("--until-end", "Stop once everything that is there now is absorbed.")
    ] = False,
    start: Annotated[
        str, option("--start", "Where a first run begins: earliest, latest or a SPEC.")
    ] = "earliest",
    workers: Annotated[
        int, option("--workers", "Processes for each projection.", min=1, max=64)
    ] = 1,
    accept_gap: Annotated[
        bool, option("--accept-gap", "Go on although retention deleted unread records.")
    ] = False,
    metrics_port: Annotated[
        int | None,
        option("--metrics-port", "Serve /metrics, /live and /ready on it.", min=0, max=65_535),
    ] = None,
    health_file: Annotated[
        str | None, option("--health-file", "Kept fresh while every worker is alive.")
    ] = None,
    max_dead_letters: Annotated[
        int,
        option("--max-dead-letters", "Stop after so many in a row; 0: never.", min=0),
    ] = 1000,
    accept_new_topic: Annotated[
        bool,
        option(
            "--accept-new-topic", "Read a topic that was created anew on top of what is counted."
        ),
    ] = False,
) -> None:
    """Follow the topics and keep the daily documents up to date, until SIGINT or SIGTERM.

    A run goes on where the store's checkpoint is. Several runs of the same
    projection share its partitions; killing any of them at any time is safe.
    """
    options = LiveOptions(
        until_end, start, Accepted(accept_gap, accept_new_topic), max_dead_letters
    )
    projections = named(names)
    parse_spec(start, zone(settings.rules.timezone), bootstrap.SystemClock().now())
    jobs = [
        Job(worker, partial(follow, settings, name, replace(options, worker=worker)))
        for name in (projection.name for projection in projections)
        for worker in (
            f"{name} ({number})" if workers > 1 else name for number in range(1, workers + 1)
        )
    ]
    lines = watcher(bounded=until_end)
    names_of_workers = [job.name for job in jobs]
    with bootstrap.telemetry(settings, names_of_workers, metrics_port, health_file) as machines:
        try:
            run_jobs(jobs, Observers([lines, *machines]), drain=True)
        finally:
            lines.close()


def follow(
    settings: Settings,
    name: str,
    options: LiveOptions,
    observer: Observer,
    stopped: Callable[[], bool],
) -> None:
    """Follow one projection's topic in this process, until stopped or at its end.

    Once started it outlives both servers going away.
    """
    (projection,) = named([name])
    clock = bootstrap.SystemClock()
    topic = settings.topic_name(projection.topic)
    spec = parse_spec(options.start, zone(settings.rules.timezone), clock.now())
    with (
        closing(bootstrap.open_store(settings)) as store,
        closing(bootstrap.open_kafka(settings)) as kafka,
    ):
        agree(store, settings.rules)
        flush = bootstrap.new_flush(
            projection, store, settings, max_dead_letters=options.max_dead_letters
        )

        def begun() -> tuple[Beginnings, dict[str, Span]]:
            log = as_absorbed(kafka, store, [topic], accept_new=options.accept.new_topic)
            beginnings = Beginnings(flush, log, topic, spec, options.accept, clock, observer)
            return beginnings, beginnings.prepare()

        beginnings, ends = begun()
        if options.until_end:
            observer.expects(name, beginnings.remaining(ends))
        pace = Pace(settings.flush_records, settings.flush_interval)
        limit = settings.timeout if options.until_end else None
        pulsing = Pulsing(options.worker or name, name, clock, observer)
        patience = Patience(clock, observer, clock.sleep, limit, stopped, pulsing.waits)
        observer.says(f"{name}: joins {projection.group()} to follow {topic}", Where(name))
        while not stopped():
            join = partial(beginnings.source.follow, topic, projection.group())
            another_log = False
            try:
                follower = patience.until_answered(partial(_there_again, join))
            except UnreachableError:
                if stopped():
                    break  # whatever was polled before is stored
                raise
            with closing(follower):
                live = LiveRun(
                    flush,
                    follower,
                    beginnings,
                    pace,
                    clock,
                    observer,
                    stopped,
                    in_background,
                    limit=limit,
                    worker=options.worker,
                )
                try:
                    live.run(ends if options.until_end else None)
                    break
                except UnreachableError as error:
                    if stopped() or options.until_end:
                        raise
                    pulsing.waits(error.what)
                    patience.complain(error)
                except UnreadableError:
                    raise
                except (NotThereError, ConflictError) as error:
                    if isinstance(error, ConflictError) and not options.accept.new_topic:
                        raise
                    another_log = True  # the topic is gone or made anew, or retention overtook us
            clock.sleep(1.0)
            if another_log:
                patience.until_answered(partial(_there_again, partial(kafka.partitions, [topic])))
                beginnings, ends = patience.until_answered(begun)


def _there_again(ask: Callable[[], Answer]) -> Answer:
    """The answer; a topic that is missing after the start is waited for, as a broker is."""
    try:
        return ask()
    except NotThereError as gone:
        raise UnreachableError(gone.what, cause=gone.cause, advice=gone.advice) from gone
