"""What the chunks of one partition of a file stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ...event import LogRecord
from ...fold.ranges import union
from ..port import Span


class Piece(NamedTuple):
    """A range `[start, end)` and the records in it."""

    start: int
    end: int
    records: list[LogRecord]


class Claim:
    """Puts the records of a span together to pieces, which in the end cover it exactly.

    A piece reaches over offsets that the file leaves out (`absent`). Where
    offsets go back, a new one begins at the record itself, so that no piece
    stands for a record that comes later.
    """

    def __init__(self, span: Span, absent: Callable[[int, int], bool]) -> None:
        self._span = span
        self._absent = absent
        self._at = span[0]
        self._made: list[tuple[int, list[LogRecord]]] = []
        self._covered: list[list[int]] = []

    def take(self, record: LogRecord) -> bool:
        """Add a record; False where it lies outside the span."""
        at, offset = self._at, record.offset
        if not self._span[0] <= offset < self._span[1]:
            return False
        self._at = offset + 1
        follows = offset == at or (offset > at and self._absent(at, offset))
        if follows and self._made:
            self._made[-1][1].append(record)
        else:
            self._made.append((at if follows else offset, [record]))
        return True

    def pieces(self) -> Iterator[Piece]:
        """The pieces made since last asked."""
        made, self._made = self._made, []
        for start, records in made:
            end = records[-1].offset + 1
            self._covered = union(self._covered, start, end)
            yield Piece(start, end, records)

    def rest(self) -> Iterator[Piece]:
        """Pieces without records for what is not covered when the file is at its end."""
        at, end = self._span
        for start, stop in [*self._covered, [end, end]]:
            if at < start:
                yield Piece(at, start, [])
            at = max(at, stop)
