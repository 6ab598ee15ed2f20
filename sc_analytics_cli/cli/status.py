"""`sc-analytics status`: how far each projection is, and whether anything stands in its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from .. import bootstrap
from ..errors import AnalyticsError, NotThereError, UsageError
from ..projections.catalog import named
from ..projections.declaration import Projection
from ..run.standing import PartitionStanding, ProjectionStanding, Standing
from ..settings import Settings
from .durations import in_words, seconds
from .failures import report as say_error
from .options import command, option
from .output import write_json

if TYPE_CHECKING:
    from ..source.port import LiveSource
    from ..store.port import Store

SCHEMA = "sc-analytics.status/1"
WRONG = 8
_LONGEST = 100_000 * 86_400.0
_USUAL_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """What `--check` allows: records, and seconds, of lag of one partition."""

    lag: int | None
    age: float | None


@command
def status(
    settings: Settings,
    every: Annotated[
        float | None,
        typer.Argument(
            metavar="[SECONDS]", help="With --watch: seconds between two looks.", min=0.5
        ),
    ] = None,
    watch: Annotated[bool, option("--watch", "Look again and again, until Ctrl-C.")] = False,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
    check: Annotated[
        bool,
        option(
            "--check",
            "Print only what is wrong: lag above the limits (none without them), records lost, "
            "another log. Exit 8 where anything is.",
        ),
    ] = False,
    max_lag: Annotated[
        int | None, option("--max-lag", "With --check: records a partition may lag.", min=0)
    ] = None,
    max_age: Annotated[
        str | None, option("--max-age", "With --check: age of a record not absorbed: 5m, 1h.")
    ] = None,
) -> None:
    """Show how far each projection is: position, end, lag in records and time, retention.

    Where Kafka or the store is away it shows what the other one says, and
    exits with 5. Consumers are the members of the projection's group, wherever
    they run. `Arriving` counts the last five minutes by the records' own
    timestamps; `Absorbed` is measured between two looks of --watch.
    """
    limits = Limits(
        max_lag, None if max_age is None else seconds(max_age, "--max-age", most=_LONGEST)
    )
    _check_usage(watch, as_json, check, every, limits)
    with _Sight(settings).opened() as sight:
        if watch:
            from .status_watch import watch as begin

            begin(sight.look, every or _USUAL_SECONDS)
            return
        standing = sight.look()
    if check:
        _check(standing, limits)
        return
    if as_json:
        write_json(as_content(standing))
    else:
        _print(standing)
    _raise_for(standing)


def _check_usage(
    watch: bool,
    as_json: bool,
    check: bool,
    every: float | None,
    limits: Limits,
) -> None:
    if watch + as_json + check > 1:
        raise UsageError("--watch, --json and --check exclude each other", advice="choose one")
    if every is not None and not watch:
        raise UsageError("SECONDS goes with --watch", advice="sc-analytics status --watch 5")
    if not check and (limits.lag is not None or limits.age is not None):
        raise UsageError("--max-lag and --max-age go with --check", advice="add --check")


class _Sight:
    """Both servers, opened when needed and again after they were away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics: dict[Projection, str] = {
            each: settings.topic_name(each.topic) for each in named(["all"])
        }
        self._store: Store | None = None
        self._source: LiveSource | None = None

    @contextmanager
    def opened(self) -> Iterator[_Sight]:
        """Closes whatever was opened in the end."""
        try:
            yield self
        finally:
            self._let_go()

    def look(self) -> Standing:
        """How things stand now; after a failure the next look opens everything anew."""
        from ..run.status import look

        standing = look(self._topics, self._open_store, self._open_source, _now)
        if standing.kafka_error or standing.store_error:
            self._let_go()
        return standing

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = bootstrap.open_store_to_read(self._settings)
        return self._store

    def _open_source(self) -> LiveSource:
        if self._source is None:
            self._source = bootstrap.open_kafka(self._settings)
        return self._source

    def _let_go(self) -> None:
        for each in (self._store, self._source):
            if each is not None:
                with suppress(AnalyticsError):
                    each.close()
        self._store = self._source = None


_now = bootstrap.SystemClock().now


def _print(standing: Standing) -> None:
    from .screen import screen
    from .status_screen import StatusScreen

    screen().print(StatusScreen(standing))


def _raise_for(standing: Standing) -> None:
    """End as the missing half demands; a store without a file yet is an empty one."""
    for error in (standing.store_error, standing.kafka_error, *_topic_errors(standing)):
        if isinstance(error, NotThereError) and error is standing.store_error:
            continue
        if error is not None:
            raise error


def _topic_errors(standing: Standing) -> list[AnalyticsError | None]:
    return list(dict.fromkeys(each.error for each in standing.projections))


def _check(standing: Standing, limits: Limits) -> None:
    """Print what is wrong on stdout; what could not be looked at is an error, not a finding."""
    found = list(wrong(standing, limits))
    for line in found:
        print(line)  # noqa: T201
    if found:
        for error in (standing.store_error, standing.kafka_error, *_topic_errors(standing)):
            if error is not None:
                say_error(error)
        raise typer.Exit(WRONG)
    _raise_for(standing)


def wrong(standing: Standing, limits: Limits) -> Iterator[str]:
    """A line for each thing that is wrong: a fault, nobody at work, or a lag above a limit.

    Where a limit is given, that alone says which lag is wrong.
    """
    for projection in standing.projections:
        if limits == Limits(None, None) and projection.members == 0 and projection.lag:
            yield f"{projection.name}: no consumer runs, lag {projection.lag:,} records"
        for each in projection.partitions:
            where = f"{projection.name} {each.partition}"
            lag, behind = each.lag, each.behind(standing.at)
            if each.fault:
                yield f"{where}: {each.fault}"
            if limits.lag is not None and lag is not None and lag > limits.lag:
                yield f"{where}: lag {lag:,} records, allowed {limits.lag:,}"
            if limits.age is not None and behind is not None and behind > limits.age:
                yield f"{where}: {in_words(behind)} behind, allowed {in_words(limits.age)}"


def as_content(standing: Standing) -> dict[str, object]:
    """The JSON form; null is what could not be found out."""
    return {
        "schema": SCHEMA,
        "looked_at": standing.at,
        "kafka_error": standing.kafka_error and standing.kafka_error.what,
        "store_error": standing.store_error and standing.store_error.what,
        "unfinished_runs": standing.unfinished,
        "projections": [_projection(each, standing) for each in standing.projections],
    }


def _projection(projection: ProjectionStanding, standing: Standing) -> dict[str, object]:
    return {
        "projection": projection.name,
        "topic": projection.topic,
        "error": projection.error and projection.error.what,
        "members": projection.members,
        "lag": projection.lag,
        "behind_seconds": projection.behind(standing.at),
        "dead_letters_open": projection.dead_letters,
        "stale_dates": projection.stale,
        "partitions": [_partition(each, standing) for each in projection.partitions],
    }


def _partition(each: PartitionStanding, standing: Standing) -> dict[str, object]:
    return {
        "partition": each.number,
        "position": each.position,
        "first": each.first,
        "end": each.end,
        "lag": each.lag,
        "behind_seconds": each.behind(standing.at),
        "oldest_unabsorbed_at": each.oldest,
        "headroom": each.headroom,
        "headroom_seconds": each.headroom_seconds(standing.at),
        "last_flush_at": each.flushed_at,
        "arriving_per_second": each.arriving,
        "gaps": [list(gap) for gap in each.gaps],
        "fault": each.fault,
    }
