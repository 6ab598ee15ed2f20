"""`sc-analytics consume`: live running."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

import typer

from .. import __version__, bootstrap
from ..projections.catalog import named
from ..run.consume import Pace
from ..run.following import Aim, Following
from ..run.observers import Observers
from ..run.ports import Observer
from ..run.spec import parse_spec
from ..run.start import Accepted
from ..run.store_rules import agree
from ..settings import Settings, zone
from .completion import projection_names
from .options import command, option
from .processes import Job, run_jobs
from .progress import watcher


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
        lines.says(_beginning([each.name for each in projections], workers))
        try:
            run_jobs(jobs, Observers([lines, *machines]), drain=True)
        finally:
            lines.close()


def _beginning(projections: list[str], workers: int) -> str:
    each = f", {workers} processes each" if workers > 1 else ""
    return f"sc-analytics {__version__} consumes {', '.join(projections)}{each}"


def follow(
    settings: Settings,
    name: str,
    options: LiveOptions,
    observer: Observer,
    stopped: Callable[[], bool],
) -> None:
    """Follow one projection's topic in this process, until stopped or at its end."""
    (projection,) = named([name])
    clock = bootstrap.SystemClock()
    aim = Aim(
        settings.topic_name(projection.topic),
        parse_spec(options.start, zone(settings.rules.timezone), clock.now()),
        options.accept,
        Pace(settings.flush_records, settings.flush_interval),
        settings.timeout if options.until_end else None,
        options.worker or name,
    )
    with (
        closing(bootstrap.open_store(settings)) as store,
        closing(bootstrap.open_kafka(settings)) as kafka,
    ):
        agree(store, settings.rules)
        flush = bootstrap.new_flush(
            projection, store, settings, max_dead_letters=options.max_dead_letters
        )
        Following(flush, kafka, store, aim, clock, observer, stopped).run()
