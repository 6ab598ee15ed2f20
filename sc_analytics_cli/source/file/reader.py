"""Reading a file of events once, in the order of its lines."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import BinaryIO, NamedTuple

from ...event import Chunk, LogRecord
from ..port import Span
from .blocks import CutError
from .claim import Claim
from .lines import Line, archived, lines
from .offsets import Offsets
from .opening import readable

_LINES_BETWEEN_LOOKS_AT_THE_CLOCK = 1000


class Place(NamedTuple):
    """A file's name, the partition of its plain lines, its `[first, end)` lines, its archives."""

    name: str
    partition: str
    limits: Span
    archived: Mapping[str, Offsets]


class FileReader:
    """Implements Reader. A file that is cut is read as far as it goes and then an error."""

    def __init__(self, raw: BinaryIO, place: Place, spans: Mapping[str, Span]) -> None:
        """`spans` are the partitions wanted, others are passed over."""
        self._place = place
        self._first, self._end = place.limits
        if set(spans) == {place.partition}:
            self._end = min(self._end, spans[place.partition][1])
        nothing = Offsets()
        self._claims = {
            each: Claim(span, place.archived.get(each, nothing).absent)
            for each, span in spans.items()
        }
        self._lines: Iterator[Line] = lines(raw)
        self._cut: CutError | None = None
        self._exhausted = not spans

    @property
    def done(self) -> bool:
        """See Reader.done."""
        return self._exhausted

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Reader.poll. Raises NotThereError at the end of a file that is cut."""
        if self._exhausted:
            return []
        with readable(self._place.name):
            if self._cut is not None:
                raise self._cut
            self._take(time.monotonic() + timeout, limit)
        return list(self._chunks())

    def close(self) -> None:
        """See Reader.close; the file belongs to the source."""

    def _take(self, deadline: float, limit: int) -> None:
        taken = 0
        for number in count(1):
            try:
                line = next(self._lines, None)
            except CutError as error:
                self._cut = error
                return
            if line is None or line.number >= self._end:
                self._exhausted = True
                return
            if line.number >= self._first:
                name, record = self._located(line)
                taken += name in self._claims and self._claims[name].take(record)
            look = number % _LINES_BETWEEN_LOOKS_AT_THE_CLOCK == 0
            if taken >= limit or (look and time.monotonic() >= deadline):
                return

    def _located(self, line: Line) -> tuple[str, LogRecord]:
        found = archived(line.text)
        if found is None:
            return self._place.partition, LogRecord(line.number, line.text)
        return f"{found.topic}/{found.partition}", found.record

    def _chunks(self) -> Iterator[Chunk]:
        for name, claim in self._claims.items():
            own = name == self._place.partition
            label = self._place.name if own else name.rpartition("/")[0]
            for piece in claim.pieces():
                yield Chunk(name, *piece, label)
            if self._exhausted:
                for piece in claim.rest():
                    yield Chunk(name, *piece, label)
