"""The hours of a date as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from ..projections.declaration import Projection
from .rows import Row, totals
from .table import Span, title


def hours_screen(
    projection: Projection, day: str, rows: Sequence[Row], *, timezone: str
) -> RenderableType:
    """The date's hours below each other and their total; a missing date says so."""
    return Group(*_parts(projection, day, rows, timezone))


def _parts(
    projection: Projection, day: str, rows: Sequence[Row], timezone: str
) -> Iterator[RenderableType]:
    heading = title(projection.report, [day], timezone)
    if not rows:
        yield heading
        yield Text("missing: nothing of this date was counted", "yellow")
        return
    yield Span(heading, projection, rows, totals(projection, rows), first="Hour", label=_as_it_is)


def _as_it_is(hour: str) -> str:
    return hour
