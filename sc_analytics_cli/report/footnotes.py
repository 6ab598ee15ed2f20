"""What a table leaves to be explained, as lines below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from .figures import ABOVE_WHOLE, above_whole
from .grid import Column
from .packing import packed


def footnotes(columns: Sequence[Column], width: int) -> Iterator[Text]:
    """Why a rate may be above 100 %, where the columns show one."""
    shown = (text for each in columns for text in (*(c.plain for c in each.cells), each.footer))
    if above_whole(shown):
        for line in packed(ABOVE_WHOLE, width):
            yield Text(line, "dim")
