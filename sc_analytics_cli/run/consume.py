"""Live running: follow a topic as one of a group, and keep the documents up to date."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ..errors import AnalyticsError, UnreachableError
from ..source.port import Follower, Span
from .ahead import Start, at_once
from .batch import Batch
from .flush import Decoded, Flush
from .patience import Patience
from .places import in_words
from .ports import Clock, Observer, Where
from .pulse import Pulsing
from .start import Beginnings
from .tally import Tally

_POLL_SECONDS = 0.25
_REST_SECONDS = 0.2


@dataclass(frozen=True)
class Pace:
    """When to flush: after so many records or so many seconds, whichever comes first."""

    records: int
    seconds: float


class _Writing(NamedTuple):
    """A batch that is being written, and what will have become of it."""

    batch: Batch
    tally: Future[Tally]


class LiveRun:
    """One process following one topic for one projection."""

    def __init__(
        self,
        flush: Flush,
        follower: Follower,
        beginnings: Beginnings,
        pace: Pace,
        clock: Clock,
        observer: Observer,
        stopped: Callable[[], bool],
        ahead: Start = at_once,
        limit: float | None = None,
        worker: str | None = None,
    ) -> None:
        """`ahead` decides whether a batch is written while the next one is polled.

        The store may be away for `limit` seconds, without it for ever. `worker` is
        what this process is called among others; else as its projection.
        """
        self.tally = Tally()
        self._name = flush.projection.name
        self._pulsing = Pulsing(worker or self._name, self._name, clock, observer)
        self._flush = flush
        self._follower = follower
        self._beginnings = beginnings
        self._pace = pace
        self._clock = clock
        self._observer = observer
        self._stopped = stopped
        self._patience = Patience(
            clock, observer, follower.rest, limit, stopped, self._pulsing.waits
        )
        self._ahead = ahead
        self._limit = limit
        self._away_since: float | None = None
        self._waiting = flush.batch()
        self._writing: _Writing | None = None
        self._oldest = 0.0
        self._asked = float("-inf")
        self._stopping = False
        self._reading: dict[str, int] = {}
        """Partition held → the next offset to absorb."""

    def run(self, until: Mapping[str, Span] | None = None) -> None:
        """Go on until stopped, or until the ends of `until` are absorbed by whomever.

        What was polled is flushed before it returns (a drain). Raises
        UnreachableError where Kafka went away: what was polled is flushed then too.
        """
        while not self._stopped():
            try:
                self._poll()
            except AnalyticsError:
                self._drain()
                raise
            if self._due():
                self._write()
            self._look()
            self._let_go()
            if self._follower.decided():
                self._pulsing.beats(self._lags, frozenset(self._reading))
            else:
                self._pulsing.joins()
            if until is not None and self._finished(until):
                break
        self._notice_a_stop()
        self._drain()

    def _notice_a_stop(self) -> None:
        """Say once that the run comes to its end, as soon as that is wished."""
        if self._stopped() and not self._stopping:
            self._stopping = True
            writing = self._writing.batch.records if self._writing else 0
            left = self._waiting.records + writing
            self._says(f"stopping; {left:,} records that were read are to be stored")

    def _poll(self) -> None:
        """Step 1, and 2. After a rebalance everything begins anew at the checkpoints.

        What came with that poll is let go: it belongs to the assignment before.
        """
        room = max(1, self._pace.records - self._waiting.records)
        chunks = self._follower.poll(self._wait(), room)
        if self._follower.taken():
            self._drain()
            self._begin(self._follower.held())
            return
        if chunks and not self._waiting.positions:
            self._oldest = self._clock.monotonic()
        for chunk in chunks:
            self._waiting.add(chunk)

    def _begin(self, partitions: Collection[str]) -> None:
        """Go on with these partitions where the store says, once it answers."""
        take = partial(self._beginnings.take, partitions)
        starts = self._patience.until_answered(take)
        self._follower.seek(starts)
        if starts.keys() != self._reading.keys():
            self._says(_reads(starts))
        self._reading = dict(starts)

    def _let_go(self) -> None:
        """Note what the group has taken away without giving anything."""
        lost = self._reading.keys() - self._follower.held()
        if lost:
            self._reading = {each: at for each, at in self._reading.items() if each not in lost}
            self._says(_reads(self._reading))

    def _lags(self) -> dict[str, int]:
        ends = self._follower.ends()
        return {
            partition: max(0, ends[partition] - at)
            for partition, at in self._reading.items()
            if partition in ends
        }

    def _says(self, message: str) -> None:
        self._observer.says(f"{self._name}: {message}", Where(self._name))

    def _wait(self) -> float:
        if not self._waiting.positions:
            return _POLL_SECONDS
        age = self._clock.monotonic() - self._oldest
        return min(_POLL_SECONDS, max(0.0, self._pace.seconds - age))

    def _due(self) -> bool:
        if not self._waiting.positions:
            return False
        age = self._clock.monotonic() - self._oldest
        return self._waiting.records >= self._pace.records or age >= self._pace.seconds

    def _write(self) -> None:
        """Steps 3 to 6 for what is waiting, once the batch before has had all of them."""
        waiting = self._waiting
        if waiting.positions:
            self._follower.ask()
        batch = self._flush.decoded(waiting)
        self._settle()
        if waiting is self._waiting and waiting.positions and self._confirmed():
            self._waiting = self._flush.batch()
            self._writing = _Writing(waiting, self._ahead(partial(self._timed, batch)))

    def _confirmed(self) -> bool:
        """Whether what was polled may be absorbed; where not, it is let go, and read again."""
        polled, self._waiting = self._waiting, self._flush.batch()
        try:
            self._follower.confirm()
        except UnreachableError:
            if not self._stopped():
                raise
            return False
        self._waiting = polled
        return True

    def _timed(self, batch: Decoded) -> Tally:
        """Steps 3 to 6, and how long they took."""
        began = self._clock.monotonic()
        tally = self._flush.absorb(batch)
        tally.flushes, tally.seconds = 1, self._clock.monotonic() - began
        return tally

    def _look(self) -> None:
        """Take note of a batch that is written."""
        if self._writing is not None and self._writing.tally.done():
            self._settle()

    def _drain(self) -> None:
        """Write what is waiting, and see it written."""
        self._write()
        self._settle()

    def _settle(self) -> None:
        """Wait for the batch that is being written; step 7 for it.

        Where it is not written, what was polled behind it is let go: stored, it
        would leave a hole. If the store went away it is read again from the
        checkpoint once the store is back, which may have come back without the
        last writes that it had acknowledged.
        """
        if self._writing is None:
            return
        writing = self._writing
        while not wait([writing.tally], _POLL_SECONDS).done:
            self._notice_a_stop()
        self._writing = None
        polled, self._waiting = self._waiting, self._flush.batch()
        try:
            tally = writing.tally.result()
        except UnreachableError as error:
            if self._stopped() or self._away_too_long():
                raise
            self._patience.complain(error)
            self._follower.rest(_REST_SECONDS)
            self._begin(self._follower.held())
            return
        self._waiting = polled
        self._away_since = None
        positions = writing.batch.positions
        self.tally.add(tally)
        self._reading |= {each: at for each, at in positions.items() if each in self._reading}
        self._follower.commit(positions)
        self._observer.flushed(self._flush.projection.name, tally, positions)
        self._pulsing.stored()

    def _away_too_long(self) -> bool:
        """Whether no write has succeeded for longer than is to be waited, though reads may."""
        now = self._clock.monotonic()
        self._away_since = now if self._away_since is None else self._away_since
        return self._limit is not None and now - self._away_since >= self._limit

    def _finished(self, until: Mapping[str, Span]) -> bool:
        mine = self._follower.held() & set(until)
        at = self._reading | self._waiting.positions
        if any(at.get(each, -1) < until[each][1] for each in mine):
            return False
        now = self._clock.monotonic()
        if not self._waiting.positions and now - self._asked < _POLL_SECONDS:
            return False
        self._asked = now
        self._drain()
        return self._beginnings.absorbed(until)


def _reads(starts: Mapping[str, int]) -> str:
    """What the group has given to this process, in words."""
    if not starts:
        return "reads no partition: the group has given all of them to others"
    return f"reads {in_words(starts)}"
