"""A file of events as a source."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Final, cast

from ...errors import NotThereError, UsageError
from ..port import Span
from .lines import DamagedError, archived, lines
from .reader import FileReader

STDIN: Final = "-"


@dataclass
class Contents:
    """What a pass over the file found: plain event lines, archived partitions, and damage."""

    lines: int = 0
    plain: bool = False
    archived: dict[str, Span] = field(default_factory=dict)
    unseen: int = 0
    damage: str | None = None


class FileSource:
    """Implements Source: NDJSON or `kcat -J` lines; plain, gzip or zstd; `-` is standard input.

    Plain events stand at `file:SHA256/0` and their line numbers, so the same
    bytes under another name are the same events. Archived Kafka records keep
    their own coordinates.
    """

    def __init__(self, path: str) -> None:
        """Open and read it through once. Raises NotThereError where that fails."""
        self.name = "stdin" if path == STDIN else path
        self._raw = _opened(path)
        self._partition = f"file:{_sha256(self._raw)}/0"
        self._first, self._end = 1, sys.maxsize
        self.contents = self._look()

    def within(self, first: int, end: int) -> None:
        """Restrict everything to the lines `[first, end)`."""
        self._first, self._end = first, end
        self.contents = self._look()

    @property
    def line_span(self) -> Span:
        """`[1, lines + 1)`."""
        return 1, self.contents.lines + 1

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """See Source.partitions; plain lines belong to every topic."""
        wanted = set(topics)
        archived = [each for each in self.contents.archived if each.rpartition("/")[0] in wanted]
        return [*archived, self._partition] if self.contents.plain else archived

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        end = max(self._first, min(self._end, self.contents.lines + 1))
        known = {**self.contents.archived, self._partition: (self._first, end)}
        return {each: known[each] for each in partitions}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """Lines have no times of their own: always a UsageError."""
        raise UsageError(
            "@TIME does not apply to a file",
            cause="its lines carry no record timestamps",
            advice="--from-offset takes a line number here, or leave it out",
        )

    def topic_ids(self, partitions: Iterable[str]) -> dict[str, str]:
        """See Source.topic_ids; a file knows none."""
        return {}

    def read(self, spans: Mapping[str, Span]) -> FileReader:
        """See Source.read."""
        limits = (self._first, self._end)
        return FileReader(self._raw, self.name, self._partition, limits, spans)

    def close(self) -> None:
        """See Source.close."""
        self._raw.close()

    def _look(self) -> Contents:
        contents = Contents()
        try:
            for line in lines(self._raw):
                contents.lines = line.number
                if self._first <= line.number < self._end:
                    self._note(contents, line.text)
        except DamagedError as error:
            contents.damage = str(error)
        return contents

    def _note(self, contents: Contents, text: bytes) -> None:
        found = archived(text)
        if found is None:
            contents.plain = True
            return
        name, offset = f"{found.topic}/{found.partition}", found.record.offset
        start, end = contents.archived.get(name, (offset, offset))
        contents.unseen += max(0, offset - end)
        contents.archived[name] = (min(start, offset), max(end, offset + 1))


def _opened(path: str) -> BinaryIO:
    try:
        if path != STDIN:
            if Path(path).is_dir():
                raise NotThereError(f"{path} is a folder", advice="--source FILE.ndjson")
            return open(path, "rb")
        spool = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115
        copyfileobj(sys.stdin.buffer, spool)
        return spool
    except OSError as error:
        raise NotThereError(
            f"cannot read {path}: {error.strerror}",
            cause="the file is missing, or not readable for this user",
            advice="--source FILE.ndjson, FILE.ndjson.gz or FILE.ndjson.zst",
        ) from error


def _sha256(raw: BinaryIO) -> str:
    raw.seek(0)
    digest = hashlib.sha256()
    while block := raw.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
