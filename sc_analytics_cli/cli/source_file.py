"""Opening a file of events: a large one is read through before anything is seen of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from .. import bootstrap
from .voice import say

if TYPE_CHECKING:
    from ..source.file.log import FileSource

_LARGE: Final = 50_000_000
_MEGABYTE: Final = 1_000_000


def open_source_file(path: str) -> FileSource:
    """See bootstrap.open_file; says that it takes a while where it may."""
    size = _size(path)
    if size >= _LARGE:
        say(f"{path}: reads its {size // _MEGABYTE:,} MB once to see what it holds")
    return bootstrap.open_file(path)


def _size(path: str) -> int:
    """In bytes; 0 of what is no file that is there."""
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return 0
