"""Backfill: rebuild whole dates from the log, under live writers, without a lock.

A rebuild is an ordinary flush into a scratch store in which the dates begin
empty. Then each document is swapped whole. Where a live run has moved a
document past the scan's end meanwhile, the log is read on to there and the swap
tried again: a reader never sees a half-built day, and nothing is counted twice
or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..errors import ConflictError
from ..event import Chunk, Coordinate
from ..fold.field import Document
from ..fold.merge import minus, negative, plus
from ..fold.ranges import union_all
from ..settings import Rules
from ..source.port import Source, Span
from ..store.port import Store
from . import dead_letters
from .backfill_plan import Plan, load_documents
from .backfill_scan import Rebuilding, Scanned

_ATTEMPTS = 200
_POLL_SECONDS = 0.5


@dataclass
class Outcome:
    """What a backfill did to one projection: (before, after) of each date, None for no document."""

    changed: dict[str, tuple[Document | None, Document | None]] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)


class Backfill:
    """Swaps the rebuilt dates of one plan into the store, reading on where live runs are ahead."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        rules: Rules,
        clock: Callable[[], datetime],
        scanned: Sequence[Scanned],
    ) -> None:
        """`scanned` are the parts that the scan of the plan's spans gave, one a process."""
        self._plan = plan
        self._store = store
        self._clock = clock
        self._scanned = scanned
        self._growing = plan.growing
        self._further = Rebuilding(plan, store, rules, clock)

    def finish(self, source: Source, batch: int) -> Outcome:
        """Swap every date.

        Raises ConflictError where live writers are ahead each time, for very long.
        """
        outcome = Outcome()
        pending = list(self._plan.dates)
        for _ in range(_ATTEMPTS):
            stored = load_documents(self._store, self._plan.projection, pending)
            ahead = self._ahead(stored.values())
            if ahead:
                self._read_on(source, ahead, batch)
                continue
            pending = self._swap(pending, stored, outcome)
            if not pending:
                self._close_letters()
                return outcome
        raise ConflictError(
            f"live runs are always ahead of the rebuild of {', '.join(pending)}",
            advice="type the command again, or stop the live runs for a moment",
        )

    def _close_letters(self) -> None:
        """Dead letters that can be read now and add to no date but the rebuilt ones are closed."""
        parts = [*self._scanned, self._further.result()]
        read = {at for each in parts for at in each.letters}
        whole = read - {at for each in parts for at in each.left_out}
        name = self._plan.projection.name
        dead_letters.close(self._store, name, whole, "rebuilt", self._clock())

    def _ahead(self, documents: Iterable[Document]) -> dict[str, Span]:
        """What live runs have absorbed beyond the scan's ends."""
        ends = {each: end for each, (_, end) in self._plan.spans.items() if each in self._growing}
        reached = dict(ends)
        for document in documents:
            for partition, entry in document["source"].items():
                if partition in ends:
                    reached[partition] = max(reached[partition], entry["ranges"][-1][1])
        return {each: (ends[each], to) for each, to in reached.items() if to > ends[each]}

    def _read_on(self, source: Source, spans: Mapping[str, Span], batch: int) -> None:
        reader = source.read(spans)
        try:
            while not reader.done:
                chunks: list[Chunk] = reader.poll(_POLL_SECONDS, batch)
                self._further.flush.write(chunks)
        finally:
            reader.close()
        for partition, (_, end) in spans.items():
            self._plan.spans[partition] = (self._plan.spans[partition][0], end)

    def _swap(
        self,
        dates: Iterable[str],
        stored: Mapping[str, Document],
        outcome: Outcome,
    ) -> list[str]:
        """Swap or remove each date; returns those whose document was changed meanwhile.

        A document with the right figures is swapped too where it has absorbed
        something else than the rebuilt one: the same figures may come from other
        events, and those would be counted once more.
        """
        parts = [*self._scanned, self._further.result()]
        wanted, lost = {}, []
        for date in dates:
            before = stored.get(date)
            after = self._rebuilt(date, parts, before)
            same = _same(self._plan, before, after)
            if same and before and after and before["source"] != after["source"]:
                after["updated_at"] = before["updated_at"]
            elif same:
                outcome.unchanged.append(date)
                continue
            wanted[date] = (before, after)
        kind = self._plan.projection.collection()
        written = self._store.swap(kind, [after for _, after in wanted.values() if after])
        gone = [before for before, after in wanted.values() if before and not after]
        removed = self._store.remove(kind, gone)
        for date, change in wanted.items():
            if date not in written and date not in removed:
                lost.append(date)
            elif _same(self._plan, *change):
                outcome.unchanged.append(date)
            else:
                outcome.changed[date] = change
        return lost

    def _rebuilt(
        self, date: str, scanned: Sequence[Scanned], stored: Document | None
    ) -> Document | None:
        """The date's document as it is to be stored; None where the log has nothing for it."""
        shape = self._plan.projection.shape
        parts = [each.parts[date] for each in scanned if date in each.parts]
        later = self._on_top(date, stored)
        if later is not None:
            parts = [*parts, later]
        if not parts:
            return None
        document = shape.empty(date)
        for part in parts:
            document = plus(shape, document, part)
        shape.derive(document)
        letters = {at for each in scanned for at in each.amended.get(date, ())}
        overruled = {at for each in scanned for at in each.overruled}
        document["source"] = self._source(document, stored, letters, overruled)
        if date in self._plan.cut:
            document["incomplete"] = True
        document |= {"version": shape.version, "updated_at": self._clock()}
        return document | ({"rev": stored["rev"]} if stored else {})

    def _on_top(self, date: str, stored: Document | None) -> Document | None:
        """What live runs have added from partitions that the scan does not read (a file's scan)."""
        before = self._plan.before.get(date)
        if stored is None or (before is not None and before["rev"] == stored["rev"]):
            return None
        grown = _grown(before, stored)
        elsewhere = [partition for partition in grown if partition not in self._growing]
        if not elsewhere:
            return None
        shape = self._plan.projection.shape
        later = minus(shape, stored, before) if before else dict(stored)
        if len(elsewhere) < len(grown) or negative(shape, later):
            raise ConflictError(
                f"the document of {date} was changed by more than live events meanwhile",
                cause="a replay or another backfill is running for the same date",
                advice="type the command again when it has ended",
            )
        sources = {each: {"ranges": stored["source"][each]["ranges"]} for each in elsewhere}
        return later | {"source": sources}

    def _source(
        self,
        document: Document,
        stored: Document | None,
        letters: Iterable[Coordinate],
        overruled: Iterable[Coordinate],
    ) -> Document:
        """What the rebuilt document has absorbed.

        Of a partition that the scan does not read it is all that was absorbed
        before, amended dead letters included: whatever the scan found stands for
        them.
        """
        source: Document = {}
        before = stored["source"] if stored else {}
        for partition in sorted({*self._plan.declared, *self._plan.spans, *document["source"]}):
            entry = document["source"].get(partition, {"ranges": []})
            ranges = union_all(entry["ranges"], self._plan.declared.get(partition, []))
            amended = set(entry.get("amended", ()))
            amended.update(at.offset for at in letters if at.partition == partition)
            if partition in self._plan.spans:
                ranges = union_all(ranges, [self._plan.spans[partition]])
            else:
                amended.update(before.get(partition, {}).get("amended", ()))
                amended.update(at.offset for at in overruled if at.partition == partition)
            if ranges:
                source[partition] = entry | {"ranges": ranges}
            if ranges and amended:
                source[partition]["amended"] = sorted(amended)
        return source


def _grown(before: Document | None, after: Document) -> list[str]:
    """The partitions of which `after` has absorbed other ranges than `before`."""
    known: Document = before["source"] if before else {}
    return [
        partition
        for partition, entry in after["source"].items()
        if entry["ranges"] != known.get(partition, {}).get("ranges")
    ]


def _same(plan: Plan, before: Document | None, after: Document | None) -> bool:
    """Whether a reader of the documents could not tell the one from the other."""
    if before is None or after is None:
        return before is after
    names = [*plan.projection.shape.fields, "hours", "version"]
    same = all(before.get(name) == after[name] for name in names)
    return same and before.get("incomplete", False) == after.get("incomplete", False)
