"""Replay: read a range again; what is absorbed changes nothing, what is missing is filled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from ..errors import AnalyticsError, ConflictError, InterruptedRunError
from ..event import Chunk
from ..source.port import Reader, Span
from .ahead import Start, at_once
from .flush import Flush
from .patience import Patience
from .places import in_words
from .ports import Observer, Where
from .tally import Tally


@dataclass
class Share:
    """A projection's part in a replay: its flush and the spans that it wants."""

    flush: Flush
    spans: Mapping[str, Span]
    tally: Tally = field(default_factory=Tally)
    failure: AnalyticsError | None = None
    """What stopped this projection, while the others went on."""


def check_no_hole(flush: Flush, spans: Mapping[str, Span], observer: Observer) -> None:
    """Refuse a span that begins above the checkpoint: what lies between would be lost for ever.

    A partition without a checkpoint begins its history at the span, and that is said.
    Raises ConflictError, naming the offset to start at.
    """
    name = flush.projection.name
    checkpoints = flush.checkpoints.load(spans)
    holes, beginnings = {}, {}
    for partition, (start, stop) in spans.items():
        checkpoint = checkpoints.get(partition)
        if start == stop or partition.startswith("file:"):
            continue
        if checkpoint is None:
            beginnings[partition] = start
        elif start > checkpoint["next"]:
            holes[partition] = (checkpoint["next"], start)
    if beginnings:
        observer.says(f"{name}: its history begins with {in_words(beginnings)}", Where(name))
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
    ahead: Start = at_once,
) -> None:
    """Read to the end of every span, flushing every `batch` records.

    `ahead` decides whether a batch is written while the next one is polled.
    Raises InterruptedRunError where `stopped` says so; what was polled is flushed.
    An error that stops one projection alone is raised when the others are done.
    """
    writer = _Writer(shares, patience, observer, ahead)
    waiting: list[Chunk] = []
    try:
        while not reader.done:
            if stopped():
                raise InterruptedRunError(
                    "interrupted; what was absorbed so far stays",
                    advice="type the command again: nothing is counted twice",
                )
            waiting += reader.poll(0.5, batch)
            if sum(len(chunk.records) for chunk in waiting) >= batch:
                chunks, waiting = waiting, []
                writer.write(chunks)
    finally:
        writer.write(waiting)
        writer.settle()
    for share in shares:
        if share.failure is not None:
            raise share.failure


class _Writer:
    """Flushes one batch after the other, for every share."""

    def __init__(
        self, shares: Sequence[Share], patience: Patience, observer: Observer, ahead: Start
    ) -> None:
        self._shares = shares
        self._patience = patience
        self._observer = observer
        self._ahead = ahead
        self._writing: Future[list[tuple[Share, Tally, dict[str, int]]]] | None = None

    def write(self, chunks: Sequence[Chunk]) -> None:
        """Start with these once those before are written."""
        self.settle()
        if chunks:
            self._writing = self._ahead(partial(self._flush, chunks))

    def settle(self) -> None:
        """Wait for what is being written, and say what became of it."""
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        for share, tally, positions in writing.result():
            share.tally.add(tally)
            self._observer.flushed(share.flush.projection.name, tally, positions)

    def _flush(self, chunks: Iterable[Chunk]) -> list[tuple[Share, Tally, dict[str, int]]]:
        done = []
        for share in self._shares:
            mine = list(_within(chunks, share.spans))
            if not mine or share.failure is not None:
                continue
            try:
                tally = self._patience.until_answered(partial(share.flush.write, mine))
            except AnalyticsError as error:
                if not error.stops_alone or len(self._shares) == 1:
                    raise
                share.failure = error
                name = share.flush.projection.name
                self._observer.says(f"{name} has stopped: {error.what}; the others go on")
                continue
            done.append((share, tally, {chunk.partition: chunk.end for chunk in mine}))
        return done


def _within(chunks: Iterable[Chunk], spans: Mapping[str, Span]) -> Iterator[Chunk]:
    """What of the chunks lies in these spans: what is read for another share may reach further."""
    for chunk in chunks:
        if chunk.partition not in spans:
            continue
        first, stop = spans[chunk.partition]
        start, end = max(chunk.start, first), min(chunk.end, stop)
        if (start, end) == (chunk.start, chunk.end):
            yield chunk
        elif start < end:
            records = [each for each in chunk.records if start <= each.offset < end]
            yield chunk._replace(start=start, end=end, records=records)
