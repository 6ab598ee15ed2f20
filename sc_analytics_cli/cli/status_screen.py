"""The standing of the projections as a screen: a block for each, a row a partition.

Nothing is ever cut off: columns that do not fit beside each other go into a
further table below, which begins with the partition again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..report.safe import harmless
from ..run.standing import PartitionStanding, ProjectionStanding, Standing
from .durations import in_words
from .output import instant_in_words

Absorbing = Callable[[str, str], float | None]
"""Projection and partition → records a second absorbed between two looks; None if unknown."""

_UNKNOWN: Final = "–"
_GAP: Final = 2
_NAMED_DATES: Final = 5
_AMBER_SECONDS: Final = 60.0

Cell = Callable[[PartitionStanding], str]


@dataclass(frozen=True)
class StatusScreen:
    """What `status` shows; a renderable of Rich. `fitted`: never higher than the window."""

    standing: Standing
    absorbing: Absorbing | None = None
    fitted: bool = False

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        whole = list(self._parts(options.max_width, Text()))
        height = console.size.height
        if self.fitted and len(console.render_lines(Group(*whole), options)) > height:
            whole = list(self._parts(options.max_width, None))
            whole.append(Text("the window is too low for the partitions", "dim"))
        yield from whole

    def _parts(self, width: int, space: Text | None) -> Iterator[RenderableType]:
        """Everything; without `space` neither partitions nor empty lines."""
        standing = self.standing
        yield Text(f"Status at {instant_in_words(standing.at)}", "bold")
        for error in (standing.kafka_error, standing.store_error):
            if error is not None:
                yield Text(f"! {harmless(error.what)}", "red")
        for each in standing.projections:
            if space is not None:
                yield space
            yield from self._block(each, width, space)
        if standing.unfinished:
            ids = ", ".join(standing.unfinished[:_NAMED_DATES])
            if space is not None:
                yield space
            yield Text(
                f"! unfinished runs: {len(standing.unfinished):,} ({ids}); sc-analytics runs list",
                "yellow",
            )

    def _block(
        self, projection: ProjectionStanding, width: int, space: Text | None
    ) -> Iterator[RenderableType]:
        yield _heading(projection, self.standing.at)
        for note in notes(projection):
            yield Text(f"! {harmless(note)}", "yellow")
        if projection.partitions and space is not None:
            columns = _columns(projection, self.standing.at, self.absorbing)
            yield from _tables(projection.partitions, columns, width)


def _heading(projection: ProjectionStanding, now: datetime) -> Text:
    lag, behind = projection.lag, projection.behind(now)
    style = ""
    if lag is None:
        words = "lag not known"
    elif lag == 0:
        words, style = "up to date", "green"
    else:
        words = f"lag {lag:,}"
        if behind is not None:
            words += f", {in_words(behind)} behind"
            style = "yellow" if behind >= _AMBER_SECONDS else ""
    return Text.assemble(
        (projection.name, "bold"), f" · {harmless(projection.topic)} · ", (words, style)
    )


def notes(projection: ProjectionStanding) -> Iterator[str]:
    """What a person should know of a projection besides its figures, the worst first."""
    if projection.error is not None:
        yield projection.error.what
    for each in projection.partitions:
        if each.fault:
            yield each.fault
    if projection.partitions and all(each.fresh for each in projection.partitions):
        yield "nothing was absorbed yet; sc-analytics consume " + projection.name
    for each in projection.partitions:
        for start, end in each.gaps:
            yield f"offsets {start:,} to {end - 1:,} of {each.partition} were never absorbed"
    if projection.dead_letters:
        yield f"dead letters open: {projection.dead_letters:,}; sc-analytics dead-letters list"
    if projection.stale:
        named = ", ".join(projection.stale[:_NAMED_DATES])
        more = len(projection.stale) - _NAMED_DATES
        yield (
            f"dates folded by another version: {len(projection.stale):,} ({named}"
            + (f" and {more:,} more)" if more > 0 else ")")
            + f"; sc-analytics backfill {projection.name} --stale"
        )


@dataclass(frozen=True)
class _Column:
    heading: str
    cell: Cell


def _columns(
    projection: ProjectionStanding, now: datetime, absorbing: Absorbing | None
) -> list[_Column]:
    columns = [
        _Column("Position", lambda each: _number(each.position)),
        _Column("End", lambda each: _number(each.end)),
        _Column("Lag", lambda each: _number(each.lag)),
        _Column("Behind", lambda each: _span(each.behind(now))),
        _Column("Last flush", lambda each: _ago(each.flushed_at, now)),
        _Column("Arriving", lambda each: _rate(each.arriving)),
    ]
    if absorbing is not None:
        rate = absorbing
        columns.append(
            _Column("Absorbed", lambda each: _rate(rate(projection.name, each.partition)))
        )
    columns.append(_Column("Headroom", lambda each: _number(each.headroom)))
    columns.append(_Column("in time", lambda each: _span(each.headroom_seconds(now))))
    return columns


def _tables(
    partitions: Sequence[PartitionStanding], columns: Sequence[_Column], width: int
) -> Iterator[Table | Text]:
    """As few tables as hold all columns within `width`."""
    label = _Column("Partition", lambda each: str(each.number))
    room = width - _width(label, partitions)
    block: list[_Column] = []
    used = 0
    for column in columns:
        needed = _GAP + _width(column, partitions)
        if block and used + needed > room:
            yield _table(partitions, [label, *block])
            yield Text()
            block, used = [], 0
        block.append(column)
        used += needed
    yield _table(partitions, [label, *block])


def _width(column: _Column, partitions: Sequence[PartitionStanding]) -> int:
    return max(cell_len(column.heading), *(cell_len(column.cell(each)) for each in partitions))


def _table(partitions: Sequence[PartitionStanding], columns: Sequence[_Column]) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    for column in columns:
        width = _width(column, partitions)
        table.add_column(column.heading, justify="right", width=width, overflow="fold")
    for each in partitions:
        table.add_row(*(Text(column.cell(each)) for column in columns))
    return table


def _number(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"


def _span(seconds: float | None) -> str:
    return _UNKNOWN if seconds is None else in_words(max(0.0, seconds))


def _ago(then: datetime | None, now: datetime) -> str:
    return _UNKNOWN if then is None else _span((now - then).total_seconds()) + " ago"


def _rate(value: float | None) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:,.1f}/s" if value < 100 else f"{value:,.0f}/s"
