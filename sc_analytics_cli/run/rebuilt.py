"""The documents of a plan's dates as the log says, read on to where live runs are ahead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime

from ..errors import ConflictError
from ..event import Coordinate
from ..fold.field import Document, Shape
from ..fold.merge import minus, negative, plus
from ..fold.ranges import union_all
from ..settings import Rules
from ..source.port import Source, Span
from ..store.port import Store
from .backfill_plan import Plan
from .backfill_scan import Rebuilding, Scanned

_POLL_SECONDS = 0.5


class Rebuilt:
    """What the scan of a plan's spans gave, and what was read on since."""

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
        self._clock = clock
        self._scanned = scanned
        self._growing = plan.growing
        # What was missing in the scan is not told from what was read by another process.
        adopted = {id_: at for each in scanned for id_, at in each.adopted.items()}
        self._further = Rebuilding(plan, store, rules, clock, {}, adopted)

    def parts(self) -> list[Scanned]:
        """Everything that was read so far."""
        return [*self._scanned, self._further.result()]

    def read_on(self, source: Source, documents: Iterable[Document], batch: int) -> bool:
        """Read to where these stored documents are; False where nothing was left to read."""
        ahead = self._ahead(documents)
        if ahead:
            self._read(source, ahead, batch)
        return bool(ahead)

    def documents(
        self, dates: Collection[str], stored: Mapping[str, Document]
    ) -> dict[str, Document | None]:
        """Date → its document as it is to be stored; None where the log has nothing for it."""
        parts = self.parts()
        return {date: self._rebuilt(date, parts, stored.get(date)) for date in dates}

    def _ahead(self, documents: Iterable[Document]) -> dict[str, Span]:
        """What live runs have absorbed beyond the scan's ends."""
        ends = {each: end for each, (_, end) in self._plan.spans.items() if each in self._growing}
        reached = dict(ends)
        for document in documents:
            for partition, entry in document["source"].items():
                if partition in ends:
                    reached[partition] = max(reached[partition], entry["ranges"][-1][1])
        return {each: (ends[each], to) for each, to in reached.items() if to > ends[each]}

    def _read(self, source: Source, spans: Mapping[str, Span], batch: int) -> None:
        with closing(source.read(spans)) as reader:
            while not reader.done:
                self._further.flush.write(reader.poll(_POLL_SECONDS, batch))
        for partition, (_, end) in spans.items():
            self._plan.spans[partition] = (self._plan.spans[partition][0], end)

    def _rebuilt(
        self, date: str, scanned: Sequence[Scanned], stored: Document | None
    ) -> Document | None:
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
        if date in self._plan.cut or self._lacks(date, stored, document):
            document["incomplete"] = True
        document |= {"version": shape.version, "updated_at": self._clock()}
        return document | ({"rev": stored["rev"]} if stored else {})

    def _lacks(self, date: str, stored: Document | None, document: Document) -> bool:
        """Whether it is known to hold less than was once counted."""
        if stored is None or date not in self._plan.short:
            return False
        shape = self._plan.projection.shape
        return bool(stored.get("incomplete")) or loses(shape, stored, document)

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


def loses(shape: Shape, before: Document, after: Document | None) -> bool:
    """Whether any figure of the date, or of an hour of it, is lower afterwards."""
    difference = minus(shape, after or shape.empty(before["_id"]), before)
    hours = [each.items() for each in difference["hours"].values()]
    return negative(shape, difference) or any(
        count < 0 for hour in hours for name, count in hour if name in shape.fields
    )


def same(plan: Plan, before: Document | None, after: Document | None) -> bool:
    """Whether a reader of the documents could not tell the one from the other."""
    if before is None or after is None:
        return before is after
    names = [*plan.projection.shape.fields, "hours", "version"]
    same = all(before.get(name) == after[name] for name in names)
    return same and before.get("incomplete", False) == after.get("incomplete", False)
