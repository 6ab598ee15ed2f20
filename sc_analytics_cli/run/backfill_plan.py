"""What a backfill would do: which dates, read from where, and which it has to leave alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from ..event import Coordinate
from ..fold.field import Document
from ..fold.ranges import contains, union_all
from ..projections.declaration import Projection
from ..source.port import Span
from ..source.renamed import topic_of
from ..store.port import CHECKPOINTS, LAST, Store

OffsetsAt = Callable[[Iterable[str], int], Mapping[str, int]]
"""See Source.offsets_at."""


class Cut(NamedTuple):
    """A partition of which what a date needs is deleted; `first` is the first offset left.

    None is left of a log that its topic was before it was created anew.
    """

    partition: str
    first: int | None


@dataclass
class Plan:
    """The plan for one projection.

    `spans` is what is read of each partition; `declared` what the rebuilt
    documents will hold as absorbed besides: the checkpoints as they stood
    before the ends were looked up, so that what is above them is left to live
    runs. `before` are the stored documents of all dates asked for. `growing` are
    the partitions that can be read on beyond their spans: those of a live log,
    none of a file. `since` is when the first record of a cut partition that is
    still there was recorded. `short` are the dates whose documents have absorbed
    records of the topic that may not be in what is read (an archive ends too early, a
    compacted topic has dropped them), and `guarded` those of them that must not lose
    anything by it. `heads` are the first offsets that are left of the partitions;
    in the `sparse` ones records may be missing behind them.
    """

    projection: Projection
    dates: list[str]
    cut: dict[str, list[Cut]]
    spans: dict[str, Span]
    declared: dict[str, list[list[int]]]
    before: dict[str, Document]
    growing: frozenset[str]
    since: Mapping[str, datetime] = field(default_factory=dict)
    short: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    heads: Mapping[str, int] = field(default_factory=dict)
    sparse: frozenset[str] = frozenset()

    def absorbed_elsewhere(self, coordinate: str) -> bool:
        """Whether a ledger's coordinate lies in what is declared and is not read by the scan."""
        partition, offset = Coordinate.of(coordinate)
        start, end = self.spans.get(partition, (0, 0))
        deleted = offset < self.heads.get(partition, 0)
        if (partition in self.growing and not deleted) or start <= offset < end:
            return False
        return contains(self.declared.get(partition, ()), offset)


def load_documents(
    store: Store, projection: Projection, dates: Sequence[str]
) -> dict[str, Document]:
    """Date → its document, also one that somebody has put there by hand.

    Such a one has absorbed nothing, was folded by no version, and is replaced
    like any other.
    """
    bare: Document = {"source": {}, "version": 0, "rev": None}
    found = store.load(projection.collection(), dates)
    return {date: bare | document for date, document in found.items()}


def checkpoints_of(store: Store, projection: Projection) -> dict[str, list[list[int]]]:
    """Partition → ranges absorbed, for every partition the projection ever read."""
    prefix = f"{projection.name}:"
    found = store.scan(CHECKPOINTS, prefix, prefix + LAST)
    return {each["partition"]: each["ranges"] for each in found}


def plan(
    projection: Projection,
    store: Store,
    declared: Mapping[str, list[list[int]]],
    bounds: Mapping[str, Span],
    offsets_at: OffsetsAt | None,
    dates: Sequence[str],
    zone: tzinfo,
    slack: timedelta,
    compacted: Collection[str] = (),
) -> Plan:
    """Look up what the dates need.

    Reading begins at the first record whose timestamp is at most `slack` before
    the first date, and not after the first offset that a document has absorbed;
    where orders have journals, not after the first offset that no journal knows.
    A date is cut where retention has deleted an offset that its document has
    absorbed, or, without a document, where the first record left is not older
    than the date. A source without times (`offsets_at` is None), a file, is
    read from its beginning to its end. So is a `compacted` partition, since the
    records that owned ids may have been anywhere; and nobody can say what it has
    dropped: no date loses anything by it.
    """
    before = load_documents(store, projection, dates)
    short: frozenset[str] = frozenset()
    if offsets_at is None:
        short = frozenset(date for date, each in before.items() if _reaches_beyond(each, bounds))
        cut: dict[str, list[Cut]] = {}
        starts = {partition: first for partition, (first, _) in bounds.items()}
        growing: frozenset[str] = frozenset()
        sparse: frozenset[str] = frozenset()
    else:
        cut = {date: _cuts(date, before.get(date), bounds, offsets_at, zone) for date in dates}
        starts = dict(offsets_at(bounds, _milliseconds(min(dates), zone, slack)))
        starts |= {partition: bounds[partition][0] for partition in compacted}
        growing = frozenset(bounds)
        sparse = frozenset(compacted)
        short = frozenset(date for date, each in before.items() if sparse and each["source"])
    for document in before.values():
        for partition, entry in document["source"].items():
            if partition in bounds and "first" in entry:
                starts[partition] = min(starts[partition], entry["first"])
    if projection.bookkeeper() is not None:
        for partition, (first, _) in bounds.items():
            unread = _first_outside(declared.get(partition, ()), first)
            starts[partition] = min(starts[partition], unread)
    spans = {
        partition: (max(first, min(starts[partition], end)), end)
        for partition, (first, end) in bounds.items()
    }
    absorbed = {partition: list(ranges) for partition, ranges in declared.items()}
    for document in before.values():
        for partition, entry in document["source"].items():
            if partition not in growing:
                absorbed[partition] = union_all(absorbed.get(partition, []), entry["ranges"])
    return Plan(
        projection,
        list(dates),
        {date: cuts for date, cuts in cut.items() if cuts},
        spans,
        absorbed,
        before,
        growing,
        short=short,
        guarded=short,
        heads={partition: first for partition, (first, _) in bounds.items()},
        sparse=sparse,
    )


def _reaches_beyond(document: Document, bounds: Mapping[str, Span]) -> bool:
    """Whether it has absorbed anything of these topics that lies outside of these spans.

    Nothing can be said of a file of plain events: its lines have no offsets in a topic.
    """
    topics = {topic_of(each) for each in bounds}
    for partition, entry in document["source"].items():
        if topic_of(partition) in topics:
            first, end = bounds.get(partition, (0, 0))
            if entry["ranges"][0][0] < first or entry["ranges"][-1][1] > end:
                return True
    return False


def _first_outside(ranges: Sequence[Sequence[int]], offset: int) -> int:
    """The lowest offset from `offset` on that lies in none of the ranges."""
    for start, end in ranges:
        if start <= offset < end:
            offset = end
    return offset


def _cuts(
    date: str,
    document: Document | None,
    bounds: Mapping[str, Span],
    offsets_at: OffsetsAt,
    zone: tzinfo,
) -> list[Cut]:
    if document is not None:
        return [
            Cut(partition, first)
            for partition, (first, _) in bounds.items()
            if document["source"].get(partition, {}).get("first", first) < first
        ] + _gone(document, bounds)
    headless = {partition: first for partition, (first, _) in bounds.items() if first > 0}
    begins = offsets_at(headless, _milliseconds(date, zone, timedelta(0))) if headless else {}
    return [Cut(each, first) for each, first in headless.items() if begins[each] <= first]


def _gone(document: Document, partitions: Collection[str]) -> list[Cut]:
    """What the document has counted of a log that its topic was before it was created anew."""
    topics = {topic_of(each) for each in partitions}
    return [
        Cut(partition, None)
        for partition, entry in document["source"].items()
        if "first" in entry and partition not in partitions and topic_of(partition) in topics
    ]


def _milliseconds(date: str, zone: tzinfo, before: timedelta) -> int:
    midnight = datetime.fromisoformat(date).replace(tzinfo=zone)
    return int((midnight.astimezone(UTC) - before).timestamp() * 1000)
