"""Marks as lines of a screen: a sign, words and colour, so that colour is not needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from .mark_words import dated_words, signed_words
from .marks import Mark
from .packing import packed

BROKEN: Final = "bold red"


def mark_lines(
    marks: Sequence[Mark], width: int, *, dated: bool = False, most: int | None = None
) -> Iterator[Text]:
    """A mark each, in as many lines as it needs; `dated` where they are not all of one date.

    Of more than `most` the rest is only counted.
    """
    for mark in marks[:most]:
        words = dated_words(mark) if dated else signed_words(mark)
        for line in packed(words, width, indent=2):
            yield Text(line, BROKEN)
    if most is not None and len(marks) > most:
        yield Text(f"  and {len(marks) - most} more", BROKEN)
