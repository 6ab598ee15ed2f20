"""The records of one flush, read as they come and put together by partition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..decode.reading import Reading
from ..event import Chunk, Coordinate, Record
from ..fold.ranges import contains, disjoint, union

Read = Callable[[str, Sequence[Record]], Reading]
"""What records of a partition say."""


@dataclass
class Stretch:
    """Records of one partition, each offset once: the ranges they came from, and what they say."""

    label: str
    ranges: list[list[int]] = field(default_factory=list)
    reading: Reading = field(default_factory=Reading)

    def below(self, offset: int) -> Stretch:
        """The part of it that lies below an offset."""
        ranges = [[start, min(end, offset)] for start, end in self.ranges if start < offset]
        return Stretch(self.label, ranges, self.reading.below(offset))


class Batch:
    """What one flush is to write.

    Records are read when they are added, not when the flush is due: a record that was
    polled a moment ago is still in the processor's cache, and need not be kept for it.
    """

    def __init__(self, read: Read) -> None:
        self.stretches: dict[str, Stretch] = {}
        self.positions: dict[str, int] = {}
        """Partition → where the chunk ends that was added last."""

        self.records = 0
        """How many came, those that came twice too."""

        self._read = read

    def add(self, chunk: Chunk) -> None:
        """Add a chunk, or nothing of it where `read` raises.

        Offsets that are in the batch already are left out; chunks that leave a hole
        between them stay two ranges.
        """
        stretch = self.stretches.get(chunk.partition) or Stretch(chunk.label)
        known, fresh = stretch.ranges, chunk.records
        if known and not disjoint(known, chunk.start, chunk.end):
            fresh = [record for record in fresh if not contains(known, record.offset)]
        stretch.reading.add(self._read(chunk.partition, fresh))
        stretch.ranges = union(known, chunk.start, chunk.end)
        self.stretches[chunk.partition] = stretch
        self.positions[chunk.partition] = chunk.end
        self.records += len(chunk.records)


def cut(stretches: Mapping[str, Stretch], at: Coordinate) -> dict[str, Stretch]:
    """What comes before a coordinate, in the order of the stretches."""
    kept: dict[str, Stretch] = {}
    for partition, stretch in stretches.items():
        if partition == at.partition:
            part = stretch.below(at.offset)
            return kept | ({partition: part} if part.ranges else {})
        kept[partition] = stretch
    return kept
