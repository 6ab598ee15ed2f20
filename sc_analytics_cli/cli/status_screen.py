"""The standing of the projections as a screen: a block for each, a row a partition.

While it is watched, a row a projection comes first. Nothing is ever cut off, but
where the window is too low: there the worst partitions of all projections come
first, as many as it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.text import Text

from ..report.safe import harmless
from ..run.standing import PartitionStanding, ProjectionStanding, Standing
from .column_tables import Column, ago, number, rate, span, tables
from .durations import in_words
from .output import instant_in_words
from .status_summary import Absorbing, summary

_NAMED_DATES: Final = 5
_AMBER_SECONDS: Final = 60.0
_NOBODY: Final = "no consumer runs"


@dataclass(frozen=True)
class StatusScreen:
    """What `status` shows; a renderable of Rich. `fitted`: never higher than the window."""

    standing: Standing
    absorbing: Absorbing | None = None
    fitted: bool = False

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType | Segment]:
        """See rich's protocol."""
        whole = Group(*self._parts(options.max_width))
        free, height = options.update(height=None), console.size.height
        if not self.fitted or len(console.render_lines(whole, free)) <= height:
            yield whole
            return
        lines = console.render_lines(Group(*self._low_parts(options.max_width)), free)
        if len(lines) > height:
            more = f"{len(lines) - height + 1:,} lines more in a taller window"
            lines = lines[: height - 1] + console.render_lines(Text(more, "dim"), free)
        for count, line in enumerate(lines):
            if count:
                yield Segment.line()
            yield from line

    def _parts(self, width: int) -> Iterator[RenderableType]:
        """Everything."""
        yield from self._first(width)
        for each in self.standing.projections:
            yield Text()
            yield from self._block(each, width)
        if self.standing.unfinished:
            yield Text()
            yield self._unfinished()

    def _low_parts(self, width: int) -> Iterator[RenderableType]:
        """The same in few lines, what matters most first."""
        yield from self._first(width)
        for each in self.standing.projections:
            nobody = [_NOBODY] if each.members == 0 else []
            for note in (*nobody, *notes(each)):
                yield Text(f"! {each.name}: {harmless(note)}", "yellow")
        if self.standing.unfinished:
            yield self._unfinished()
        rows = [
            (projection, each)
            for projection in self.standing.projections
            for each in projection.partitions
        ]
        if rows:
            rows.sort(key=lambda row: -(row[1].lag or 0))
            label = Column[_Row]("Partition", lambda row: f"{row[0].name} {row[1].number}")
            yield from tables(rows, label, self._low_columns(), width)

    def _first(self, width: int) -> Iterator[RenderableType]:
        standing = self.standing
        yield Text(f"Status at {instant_in_words(standing.at)}", "bold")
        for error in (standing.kafka_error, standing.store_error):
            if error is not None:
                yield Text(f"! {harmless(error.what)}", "red")
        if self.absorbing is not None:
            yield from summary(standing.projections, standing.at, self.absorbing, width)

    def _unfinished(self) -> Text:
        runs = self.standing.unfinished or ()
        ids = ", ".join(runs[:_NAMED_DATES])
        return Text(f"! unfinished runs: {len(runs):,} ({ids}); sc-analytics runs list", "yellow")

    def _block(self, projection: ProjectionStanding, width: int) -> Iterator[RenderableType]:
        yield _heading(projection, self.standing.at)
        for note in notes(projection):
            yield Text(f"! {harmless(note)}", "yellow")
        if projection.partitions:
            columns = _columns(projection, self.standing.at, self.absorbing)
            label = Column[PartitionStanding]("Partition", lambda each: str(each.number))
            yield from tables(projection.partitions, label, columns, width)

    def _low_columns(self) -> list[Column[_Row]]:
        now, absorbing = self.standing.at, self.absorbing
        columns: list[Column[_Row]] = [
            Column("Position", lambda row: number(row[1].position)),
            Column("End", lambda row: number(row[1].end)),
            Column("Lag", lambda row: number(row[1].lag)),
            Column("Behind", lambda row: span(row[1].behind(now))),
        ]
        if absorbing is not None:
            columns.append(
                Column("Absorbed", lambda row: rate(absorbing(row[0].name, row[1].partition)))
            )
        return columns


_Row = tuple[ProjectionStanding, PartitionStanding]


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
        (projection.name, "bold"),
        f" · {harmless(projection.topic)} · ",
        (words, style),
        _consumers(projection),
    )


def _consumers(projection: ProjectionStanding) -> tuple[str, str]:
    """How many consumers run, and a style; nothing where that is not known."""
    if projection.members is None:
        return "", ""
    if projection.members == 0:
        return f" · {_NOBODY}", "yellow" if projection.lag else ""
    return f" · {projection.members:,} consumer" + "s" * (projection.members > 1), ""


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


def _columns(
    projection: ProjectionStanding, now: datetime, absorbing: Absorbing | None
) -> list[Column[PartitionStanding]]:
    columns: list[Column[PartitionStanding]] = [
        Column("Position", lambda each: number(each.position)),
        Column("End", lambda each: number(each.end)),
        Column("Lag", lambda each: number(each.lag)),
        Column("Behind", lambda each: span(each.behind(now))),
        Column("Last flush", lambda each: ago(each.flushed_at, now)),
        Column("Arriving", lambda each: rate(each.arriving)),
    ]
    if absorbing is not None:
        absorbed = absorbing
        columns.append(
            Column("Absorbed", lambda each: rate(absorbed(projection.name, each.partition)))
        )
    columns.append(Column("Headroom", lambda each: _headroom(each, now)))
    return columns


def _headroom(partition: PartitionStanding, now: datetime) -> str:
    """`20d 22h`; `10,444 records` where their times are not known."""
    seconds = partition.headroom_seconds(now)
    if seconds is None and partition.headroom is not None:
        return f"{partition.headroom:,} records"
    return span(seconds)
