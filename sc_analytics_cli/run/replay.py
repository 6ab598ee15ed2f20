"""Replay: read a range again; what is absorbed changes nothing, what is missing is filled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..errors import ConflictError, InterruptedRunError
from ..event import Chunk
from ..source.port import Reader, Span
from .flush import Flush
from .patience import Patience
from .ports import Observer, Where
from .tally import Tally


@dataclass
class Share:
    """A projection's part in a replay: its flush and the spans that it wants."""

    flush: Flush
    spans: Mapping[str, Span]
    tally: Tally = field(default_factory=Tally)


def check_no_hole(flush: Flush, spans: Mapping[str, Span], observer: Observer) -> None:
    """Refuse a span that begins above the checkpoint: what lies between would be lost for ever.

    A partition without a checkpoint begins its history at the span, and that is said.
    Raises ConflictError, naming the offset to start at.
    """
    name = flush.projection.name
    checkpoints = flush.checkpoints.load(spans)
    holes = {}
    for partition, (start, stop) in spans.items():
        checkpoint = checkpoints.get(partition)
        if start == stop or partition.startswith("file:"):
            continue
        if checkpoint is None:
            observer.says(
                f"{name}: the history of {partition} begins at offset {start}",
                Where(name, partition, start),
            )
        elif start > checkpoint["next"]:
            holes[partition] = (checkpoint["next"], start)
    if holes:
        partition, (absorbed, start) = min(holes.items())
        wanted = ",".join(f"{each.rpartition('/')[2]}:{at}" for each, (at, _) in holes.items())
        raise ConflictError(
            f"{name} has absorbed {partition} up to offset {absorbed}; "
            f"a replay from {start} would leave a hole",
            cause="every offset between the two would be taken for absorbed",
            advice=f"--from-offset {wanted}",
        )


def replay(
    reader: Reader,
    shares: Sequence[Share],
    patience: Patience,
    observer: Observer,
    *,
    batch: int,
    stopped: Callable[[], bool],
) -> None:
    """Read to the end of every span, flushing every `batch` records.

    Raises InterruptedRunError where `stopped` says so; what was flushed stays.
    """
    waiting: list[Chunk] = []
    while not reader.done:
        if stopped():
            raise InterruptedRunError(
                "interrupted; what was absorbed so far stays",
                advice="type the command again: nothing is counted twice",
            )
        try:
            waiting += reader.poll(0.5, batch)
        except BaseException:
            _flush(waiting, shares, patience, observer)
            raise
        if reader.done or sum(len(chunk.records) for chunk in waiting) >= batch:
            _flush(waiting, shares, patience, observer)
            waiting = []
    _flush(waiting, shares, patience, observer)


def _flush(
    chunks: Iterable[Chunk], shares: Sequence[Share], patience: Patience, observer: Observer
) -> None:
    for share in shares:
        mine = [chunk for chunk in chunks if chunk.partition in share.spans]
        if mine:
            tally = patience.until_answered(partial(share.flush.write, mine))
            share.tally.add(tally)
            positions = {chunk.partition: chunk.end for chunk in mine}
            observer.flushed(share.flush.projection.name, tally, positions)
