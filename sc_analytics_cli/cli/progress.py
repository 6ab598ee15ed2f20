"""How far a run is, on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..report.safe import harmless
from ..run.ports import NOWHERE, Level, Pulse, Where
from ..run.tally import Tally
from .voice import say, says_json

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SECONDS_BETWEEN_LINES = 30.0
_SECONDS_BETWEEN_QUIET_LINES = 600.0


class Lines:
    """Implements Observer with plain lines; keeps the totals of every projection.

    While something is read it says every half minute how much that was; while
    nothing is, every ten minutes that it is there.
    """

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = defaultdict(Tally)
        self._lately: dict[str, Tally] = defaultdict(Tally)
        self._lags: dict[str, dict[str, Mapping[str, int]]] = defaultdict(dict)
        self._said = time.monotonic()

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects."""
        self.tallies[projection].add(Tally())

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""
        self.tallies[projection].add(tally)
        self._lately[projection].add(tally)
        self._tell_lately()

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""
        say(message, level, where._asdict())

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses."""
        self._lags[pulse.projection][pulse.worker] = pulse.lags
        self._tell_lately()

    def summarise(self) -> None:
        """One line a projection with its totals."""
        for projection, tally in sorted(self.tallies.items()):
            say(f"{projection}: {in_words(tally)}", facts=_facts(projection, tally))

    def close(self) -> None:
        """Say the totals."""
        self.summarise()

    def _tell_lately(self) -> None:
        seconds = time.monotonic() - self._said
        if seconds < (_SECONDS_BETWEEN_LINES if self._lately else _SECONDS_BETWEEN_QUIET_LINES):
            return
        for projection in sorted(self._lags.keys() | self._lately.keys()):
            tally = self._lately[projection]
            words = f"{projection}: in {seconds:,.0f} s {in_words(tally)}"
            lag = self._lag(projection)
            if lag is not None:
                words += f"; lag {lag:,}"
            say(words, facts=_facts(projection, tally) | {"in_seconds": round(seconds), "lag": lag})
        self._lately.clear()
        self._said = time.monotonic()

    def _lag(self, projection: str) -> int | None:
        """The lag of all partitions read here, as last heard."""
        lags = [lag for each in self._lags[projection].values() for lag in each.values()]
        return sum(lags) if lags else None


class Silent(Lines):
    """Implements Observer; says nothing of what goes well."""

    def summarise(self) -> None:
        """Nothing."""


class Bars(Lines):
    """Implements Observer with one bar a projection: share done, rate, time left."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._tasks: dict[str, TaskID] = {}
        self._progress: Progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>9}/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._progress.start()

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects; further workers of a projection add to its bar."""
        task = self._tasks.get(projection)
        if task is None:
            self._tasks[projection] = self._progress.add_task(projection, total=records, rate="–")
        else:
            total = self._progress.tasks[task].total or 0
            self._progress.update(task, total=total + records)

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""
        self.tallies[projection].add(tally)
        task = self._tasks.get(projection)
        if task is not None:
            speed = self._progress.tasks[task].speed
            rate = "–" if speed is None else f"{speed:,.0f}"
            self._progress.update(task, advance=tally.read, rate=rate)

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""
        self._progress.console.print(harmless(message), markup=False, highlight=False)

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses; the bar itself shows that something happens."""

    def close(self) -> None:
        """Take the bars away and say the totals."""
        self._progress.stop()
        self.summarise()


@contextmanager
def watching() -> Iterator[Lines]:
    """The watcher of a bounded run, closed in the end."""
    observer = watcher(bounded=True)
    try:
        yield observer
    finally:
        observer.close()


def watcher(*, bounded: bool) -> Lines:
    """Bars for a bounded run on a terminal, lines otherwise."""
    return Bars() if bounded and sys.stderr.isatty() and not says_json() else Lines()


def in_words(tally: Tally) -> str:
    """The totals that are not 0, with the number of records read first."""
    parts = [f"{tally.read:,} records", f"{tally.counted:,} counted"]
    parts += [
        f"{value:,} {name}"
        for name, value in (
            ("duplicates", tally.duplicates),
            ("skipped", tally.skipped),
            ("dead letters", tally.dead_letters),
            ("of other dates", tally.of_other_dates),
            ("additions absorbed before", tally.redelivered),
        )
        if value
    ]
    return ", ".join(parts)


def _facts(projection: str, tally: Tally) -> dict[str, Any]:
    return {"projection": projection} | {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in asdict(tally).items()
    }
