"""What is to be rebuilt, and the log that it is rebuilt from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .. import bootstrap
from ..projections.catalog import named
from ..projections.declaration import Projection
from ..run.same_log import as_absorbed
from ..settings import Settings
from ..source.port import Source
from ..store.port import Store
from .durations import seconds
from .source_file import open_source_file

KAFKA = "kafka"
_LONGEST_SLACK = 366 * 86_400


@dataclass(frozen=True)
class Request:
    """What is to be rebuilt, from where, and how."""

    names: Sequence[str]
    dates: Sequence[str] | None
    source: str
    workers: int
    slack: timedelta
    allow_incomplete: bool


def request_of(
    names: Sequence[str] | None,
    dates: Sequence[str] | None,
    source: str,
    workers: int,
    slack: str,
    *,
    stale: bool,
    allow_incomplete: bool,
) -> Request:
    """What the options of a command ask for: all projections unless some are named."""
    asked = None if stale else dates
    return Request(names or ["all"], asked, source, workers, _slack_of(slack), allow_incomplete)


def _slack_of(text: str) -> timedelta:
    """The time before the first date for which `--slack` asks; none up to a year."""
    return timedelta(seconds=seconds(text, "--slack", least=0, most=_LONGEST_SLACK))


def open_log(settings: Settings, store: Store, request: Request) -> Source:
    """The brokers, or the file that is the whole truth.

    A file that is cut is not begun: it would claim events that nobody counts then.
    """
    if request.source == KAFKA:
        return open_kafka(settings, store, named(request.names))
    file = open_source_file(request.source)
    file.refuse_cut()
    return file


def open_kafka(settings: Settings, store: Store, projections: Iterable[Projection]) -> Source:
    """The brokers, with partitions named as this store names them."""
    topics = [settings.topic_name(each.topic) for each in projections]
    return as_absorbed(bootstrap.open_kafka(settings), store, topics)
