"""A file of events as a source."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping

from ...errors import NotThereError, UsageError
from ..port import Span
from ..spans import filled_within
from .blocks import CutError
from .contents import contents_of
from .opening import STDIN, opened, readable, sha256
from .reader import FileReader, Place


class FileSource:
    """Implements Source: NDJSON or `kcat -J` lines; plain, gzip or zstd; `-` is standard input.

    Plain events stand at `file:SHA256/0` and their line numbers, so the same
    bytes under another name are the same events. Archived Kafka records keep
    their own coordinates.
    """

    def __init__(self, path: str) -> None:
        """Open and read it through once.

        Raises NotThereError where that fails. A file that is cut can be opened;
        one whose content is damaged cannot, for nothing in it could be trusted.
        """
        self.name = "stdin" if path == STDIN else _as_text(path)
        self._limits: Span = (1, sys.maxsize)
        self._raw = opened(path)
        try:
            with readable(self.name):
                self._partition = f"file:{sha256(self._raw)}/0"
            self._look()
        except BaseException:
            self._raw.close()
            raise

    def within(self, first: int, end: int) -> None:
        """Restrict everything to the lines `[first, end)`."""
        self._limits = (first, end)
        self._look()

    def refuse_cut(self) -> None:
        """Raise NotThereError where the file ends in the middle."""
        if self.contents.damage is not None:
            with readable(self.name):
                raise CutError(self.contents.damage)

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
        first, end = self._limits
        known = {each: (held.first, held.end) for each, held in self.contents.archived.items()}
        known[self._partition] = (first, max(first, min(end, self.contents.lines + 1)))
        wanted = list(partitions)
        for each in wanted:
            if each not in known:
                raise NotThereError(f"{self.name} holds nothing of {each}")
        return {each: known[each] for each in wanted}

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

    def compacted(self, partitions: Iterable[str]) -> set[str]:
        """See Source.compacted; a file does not tell."""
        return set()

    def read(self, spans: Mapping[str, Span]) -> FileReader:
        """See Source.read."""
        wanted = filled_within(spans, self.bounds)
        place = Place(self.name, self._partition, self._limits, self.contents.archived)
        return FileReader(self._raw, place, wanted)

    def close(self) -> None:
        """See Source.close."""
        self._raw.close()

    def _look(self) -> None:
        with readable(self.name):
            self.contents = contents_of(self._raw, self._limits)


def _as_text(path: str) -> str:
    r"""The name with bytes that are no UTF-8 as `\xff`: no store and no JSON takes them as text."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
