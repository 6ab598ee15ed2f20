"""Words into lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len

_WORD: Final = re.compile(r"\S+(?: (?:%|pt)[,;.)]*(?=\s|$))?")
"""A word, and a unit behind it with the punctuation that follows."""


def packed(text: str, width: int, *, indent: int = 0) -> Iterator[str]:
    """Lines of at most `width` columns, all but the first indented; units stay at their figure.

    A word that is longer than a line gets one of its own, as it is.
    """
    return joined(_WORD.findall(text), " ", width, indent=indent)


def joined(parts: Iterable[str], between: str, width: int, *, indent: int = 0) -> Iterator[str]:
    """The same with parts that are not words; what stands between them ends no line."""
    line = ""
    for part in parts:
        longer = f"{line}{between}{part}" if line else part
        if line and cell_len(longer) > width:
            yield line
            longer = " " * indent + part
        line = longer
    if line:
        yield line
