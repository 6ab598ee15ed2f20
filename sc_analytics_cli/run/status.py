"""Looks at the log and the store side by side: how far each projection is.

Either may be away: what the other says is told all the same. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from ..errors import (
    AnalyticsError,
    AuthenticationError,
    ConflictError,
    NotThereError,
    UnreachableError,
)
from ..fold.field import Document
from ..projections.declaration import Projection
from ..source.port import LiveSource, Span
from ..source.renamed import topic_of
from ..store.port import RUNS, Store
from . import dead_letters
from .checkpoints import Checkpoints
from .runs import left_unfinished
from .same_log import another_log, as_absorbed, check_same_log
from .stale import stale_dates
from .standing import PartitionStanding, ProjectionStanding, Standing

ARRIVAL_SECONDS: Final = 300
"""The last minutes over which arrivals are counted."""


@dataclass(frozen=True)
class _Log:
    """What Kafka says of one topic; times in milliseconds."""

    bounds: Mapping[str, Span]
    lately: Mapping[str, int]
    kept_since: Mapping[str, int]
    ids: Mapping[str, str]


@dataclass(frozen=True)
class _Kept:
    """What the store says of one projection."""

    checkpoints: Mapping[str, Document]
    dead_letters: int
    stale: Sequence[str]


def look(
    projections: Mapping[Projection, str],
    store: Callable[[], Store],
    source: Callable[[], LiveSource],
    clock: Callable[[], datetime],
) -> Standing:
    """The standing of each projection and its topic's name.

    `store` and `source` hand over what is open, or raise why it is not. Raises
    only what is neither server's absence nor its refusal.
    """
    now = clock()
    kept: dict[str, _Kept] = {}
    unfinished: list[str] | None = None
    store_error: AnalyticsError | None = None
    kafka_error: AnalyticsError | None = None
    try:
        opened = store()
        letters = dead_letters.counts(opened)
        kept = {
            each.name: _kept(opened, each, topic, letters.get(each.name, {}))
            for each, topic in projections.items()
        }
        runs = opened.scan(RUNS, fields=["status", "dates", "started_at"])
        unfinished = left_unfinished(runs)
    except NotThereError as error:
        store_error, unfinished = error, []
        kept = {each.name: _Kept({}, 0, []) for each in projections}
    except (UnreachableError, AuthenticationError) as error:
        store_error = error
    logs: dict[str, _Log] = {}
    missing: dict[str, AnalyticsError] = {}
    oldest: dict[str, dict[str, int]] = {}
    members: Mapping[str, int] = {}
    try:
        log = source()
        if store_error is None:
            log = as_absorbed(log, opened, set(projections.values()))
        for topic in sorted(set(projections.values())):
            try:
                logs[topic] = _log(log, topic, now)
            except NotThereError as error:
                missing[topic] = error
        for each, topic in projections.items():
            if topic in logs and each.name in kept:
                oldest[each.name] = _oldest(log, logs[topic], kept[each.name])
        members = log.members([each.group() for each in projections])
    except (UnreachableError, AuthenticationError) as error:
        kafka_error = error
    standings = [
        replace(
            _projection(
                each, topic, kept.get(each.name), logs.get(topic), oldest.get(each.name, {})
            ),
            error=missing.get(topic),
            members=members.get(each.group()),
        )
        for each, topic in projections.items()
    ]
    return Standing(now, standings, unfinished, kafka_error, store_error)


def _kept(store: Store, projection: Projection, topic: str, letters: Mapping[str, int]) -> _Kept:
    found = Checkpoints(store, projection.name).of_topic(topic)
    return _Kept(
        {each["partition"]: each for each in found},
        letters.get(dead_letters.OPEN, 0),
        stale_dates(store, projection),
    )


def _log(source: LiveSource, topic: str, now: datetime) -> _Log:
    partitions = source.partitions([topic])
    bounds = source.bounds(partitions)
    since = int(now.timestamp() - ARRIVAL_SECONDS) * 1000
    filled = {each: span for each, span in bounds.items() if span[0] < span[1]}
    return _Log(
        bounds,
        source.offsets_at(partitions, since),
        source.first_timestamps(filled),
        source.topic_ids(partitions),
    )


def _oldest(source: LiveSource, log: _Log, kept: _Kept) -> dict[str, int]:
    """Partition → when its first record that is not absorbed was recorded."""
    found, spans = {}, {}
    for partition, (first, end) in log.bounds.items():
        checkpoint = kept.checkpoints.get(partition)
        at = first if checkpoint is None else max(first, checkpoint["next"])
        if at == first and partition in log.kept_since:
            found[partition] = log.kept_since[partition]
        elif at < end:
            spans[partition] = (at, end)
    return found | (source.first_timestamps(spans) if spans else {})


def _projection(
    projection: Projection,
    topic: str,
    kept: _Kept | None,
    log: _Log | None,
    oldest: Mapping[str, int],
) -> ProjectionStanding:
    names = set(log.bounds if log else ())
    logs = {each.rpartition("/")[0] for each in names}
    # A topic's earlier logs, from before it was created anew, are history.
    for each in kept.checkpoints if kept else ():
        if not logs or each.rpartition("/")[0] in logs:
            names.add(each)
    partitions = [
        _partition(name, kept, log, oldest)
        for name in sorted(names, key=lambda each: int(each.rpartition("/")[2]))
    ]
    return ProjectionStanding(
        projection.name,
        topic,
        partitions,
        kept.dead_letters if kept else None,
        kept.stale if kept else None,
    )


def _partition(
    name: str, kept: _Kept | None, log: _Log | None, oldest: Mapping[str, int]
) -> PartitionStanding:
    checkpoint = kept.checkpoints.get(name) if kept else None
    span = log.bounds.get(name) if log else None
    first, end = span or (None, None)
    stood = checkpoint or {"ranges": []}
    arriving = None
    if log and end is not None:
        arriving = max(0, end - log.lately[name]) / ARRIVAL_SECONDS
    return PartitionStanding(
        name,
        stood.get("next"),
        kept is not None and checkpoint is None,
        first,
        end,
        _instant(oldest.get(name)),
        _instant(log.kept_since.get(name)) if log else None,
        stood.get("updated_at"),
        arriving,
        _gaps(stood["ranges"]),
        _refusal(name, kept, span, log.ids.get(name) if log else None),
    )


def _gaps(ranges: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    pairs = pairwise(ranges)
    return [(before[1], after[0]) for before, after in pairs]


def _refusal(
    name: str, kept: _Kept | None, span: Span | None, topic_id: str | None
) -> AnalyticsError | None:
    """What a consumer would refuse this partition with, see Beginnings.prepare."""
    if kept is None or span is None:
        return None
    checkpoint = kept.checkpoints.get(name)
    if checkpoint is None:
        return _made_anew(name, kept, span)
    try:
        check_same_log(name, checkpoint, span[1], topic_id)
    except ConflictError as error:
        return error
    if checkpoint["next"] < span[0]:
        return NotThereError(
            f"offsets {checkpoint['next']} to {span[0] - 1} of {name} are gone, not absorbed",
            cause="no consumer ran for longer than retention keeps",
            advice=f"sc-analytics consume {checkpoint['projection']} --accept-gap "
            "goes on without them",
        )
    return None


def _made_anew(name: str, kept: _Kept, span: Span) -> ConflictError | None:
    """Whether only an earlier log of the topic is known, from before it was created anew."""
    log, _, number = name.rpartition("/")
    if any(each.rpartition("/")[0] == log for each in kept.checkpoints):
        return None
    for each in kept.checkpoints.values():
        if each["partition"].rpartition("/")[2] == number:
            old = f"{topic_of(name)}/{number}"
            return another_log(each["projection"], old, each["next"], [span[1]])
    return None


def _instant(milliseconds: int | None) -> datetime | None:
    if milliseconds is None or milliseconds < 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
