"""Rankings as tables below each other, in line with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from .grid import GAP, Column, Grid
from .ranking import Ranking

_LEAST: Final = 10


def ranking_tables(rankings: Sequence[Ranking], width: int) -> Iterator[Grid]:
    """A table each, at most `width` columns wide; long ids are folded."""
    tables = [_columns(each) for each in rankings]
    if not tables:
        return
    labels, *figures = (
        max(max(column.width, cell_len(column.heading.plain)) for column in columns)
        for columns in zip(*tables, strict=True)
    )
    room = width - sum(figures) - GAP * len(figures)
    for columns in tables:
        yield Grid(columns, (max(_LEAST, min(labels, room)), *figures))


def _columns(ranking: Ranking) -> tuple[Column, Column, Column]:
    labels, amounts, shares = zip(*ranking.entries, strict=True)
    return (
        Column(Text(ranking.heading), [Text(each) for each in labels], justify="left"),
        Column(Text("Amount"), [Text(each) for each in amounts]),
        Column(Text(ranking.whole), [Text(each) for each in shares]),
    )
