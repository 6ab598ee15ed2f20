"""Reading a file of events once, in the order of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ...errors import NotThereError
from ...event import Chunk, LogRecord
from ..port import Span
from .lines import Archived, DamagedError, Line, archived, lines


class FileReader:
    """Implements Reader. A file that is cut is read as far as it goes and then an error."""

    def __init__(
        self,
        raw: BinaryIO,
        name: str,
        partition: str,
        limits: Span,
        spans: Mapping[str, Span],
    ) -> None:
        """`limits` are line numbers; `spans` the partitions wanted, others are passed over."""
        self._name = name
        self._partition = partition
        self._limits = limits
        self._spans = spans
        self._at = {each: start for each, (start, _) in spans.items()}
        self._lines: Iterator[Line] = lines(raw)
        self._damage: DamagedError | None = None
        self._exhausted = not spans

    @property
    def done(self) -> bool:
        """See Reader.done."""
        return self._exhausted

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Reader.poll. Raises NotThereError at the end of a file that is cut."""
        if self._damage is not None:
            raise NotThereError(
                f"{self._name} could not be read to its end: {self._damage}",
                cause="the file was cut or damaged on its way",
                advice="fetch it anew and type the command again: nothing is counted twice",
            ) from self._damage
        found: dict[str, list[LogRecord]] = {}
        for name, record in self._records(limit):
            found.setdefault(name, []).append(record)
        return [chunk for name, records in found.items() for chunk in self._chunks(name, records)]

    def close(self) -> None:
        """See Reader.close; the file belongs to the source."""

    def _records(self, limit: int) -> Iterator[tuple[str, LogRecord]]:
        taken, (first, end) = 0, self._limits
        while taken < limit:
            try:
                line = next(self._lines, None)
            except DamagedError as error:
                self._damage = error
                return
            if line is None or line.number >= end:
                self._exhausted = True
                return
            if line.number >= first:
                name, record = self._located(line, archived(line.text))
                if name in self._spans:
                    taken += 1
                    yield name, record

    def _located(self, line: Line, found: Archived | None) -> tuple[str, LogRecord]:
        if found is None:
            return self._partition, LogRecord(line.number, line.text)
        return f"{found.topic}/{found.partition}", found.record

    def _chunks(self, name: str, records: list[LogRecord]) -> Iterator[Chunk]:
        """One chunk a run of rising offsets; offsets that the file leaves out are passed over.

        Where offsets go back, as in archives put one behind the other, a new
        chunk begins at the offset itself.
        """
        run: list[LogRecord] = []
        for record in records:
            if record.offset < self._at[name]:
                if run:
                    yield self._chunk(name, run)
                run, self._at[name] = [], record.offset
            elif run and record.offset < run[-1].offset:
                yield self._chunk(name, run)
                run, self._at[name] = [], record.offset
            run.append(record)
        if run:
            yield self._chunk(name, run)

    def _chunk(self, name: str, records: list[LogRecord]) -> Chunk:
        start, end = self._at[name], records[-1].offset + 1
        self._at[name] = end
        label = self._name if name == self._partition else name.rpartition("/")[0]
        return Chunk(name, start, end, list(records), label)
