"""The chunks of one flush, put together by partition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..event import Chunk, Coordinate, Record
from ..fold.ranges import contains, disjoint, union


@dataclass
class Stretch:
    """Records of one partition, each offset once, and the ranges they were read from."""

    label: str
    ranges: list[list[int]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def add(self, chunk: Chunk) -> None:
        """Add a chunk; offsets that are in the stretch already are left out."""
        known = self.ranges
        fresh: Sequence[Record] = chunk.records
        if known and not disjoint(known, chunk.start, chunk.end):
            fresh = [record for record in fresh if not contains(known, record.offset)]
        self.ranges = union(known, chunk.start, chunk.end)
        self.records.extend(fresh)

    def below(self, offset: int) -> Stretch:
        """The part of it that lies below an offset."""
        ranges = [[start, min(end, offset)] for start, end in self.ranges if start < offset]
        records = [record for record in self.records if record.offset < offset]
        return Stretch(self.label, ranges, records)


def gather(chunks: Iterable[Chunk]) -> dict[str, Stretch]:
    """Partition → stretch; chunks that leave a hole between them stay two ranges."""
    stretches: dict[str, Stretch] = {}
    for chunk in chunks:
        stretches.setdefault(chunk.partition, Stretch(chunk.label)).add(chunk)
    return stretches


def cut(stretches: Mapping[str, Stretch], at: Coordinate) -> dict[str, Stretch]:
    """What comes before a coordinate, in the order of the stretches."""
    kept: dict[str, Stretch] = {}
    for partition, stretch in stretches.items():
        if partition == at.partition:
            part = stretch.below(at.offset)
            return kept | ({partition: part} if part.ranges else {})
        kept[partition] = stretch
    return kept
