"""What stands in a file of events, found by a first pass over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from ..port import Span
from .blocks import CutError
from .lines import archived, lines
from .offsets import Offsets


@dataclass
class Contents:
    """Lines up to the last that is not blank, archived partitions, and where the file is cut."""

    lines: int = 0
    plain: bool = False
    archived: dict[str, Offsets] = field(default_factory=dict)
    damage: str | None = None

    def note(self, text: bytes) -> None:
        """Count one line in."""
        found = archived(text)
        if found is None:
            self.plain = True
            return
        name = f"{found.topic}/{found.partition}"
        self.archived.setdefault(name, Offsets()).add(found.record.offset)


def contents_of(raw: BinaryIO, limits: Span) -> Contents:
    """Read it through; `lines` counts all, the rest is of the lines `[first, end)` of `limits`.

    Raises DamagedError; a file that is cut is looked at as far as it goes.
    """
    contents, (first, end) = Contents(), limits
    try:
        for line in lines(raw):
            contents.lines = line.number
            if first <= line.number < end:
                contents.note(line.text)
    except CutError as error:
        contents.damage = str(error)
    for offsets in contents.archived.values():
        offsets.complete()
    return contents
