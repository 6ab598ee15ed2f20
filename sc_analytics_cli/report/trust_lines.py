"""How far figures can be trusted, as lines of a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from .packing import joined
from .trust import Remark

_BETWEEN: Final = " · "
_DOUBTFUL: Final = "not dim yellow"


def trust_lines(remarks: Sequence[Remark], width: int) -> Iterator[Text]:
    """What speaks against the figures stands out."""
    doubtful = [each.words for each in remarks if each.doubtful]
    for line in joined((each.words for each in remarks), _BETWEEN, width):
        text = Text(line, "dim")
        # No words at all would be found between any two letters.
        if doubtful:
            text.highlight_words(doubtful, _DOUBTFUL)
        yield text
