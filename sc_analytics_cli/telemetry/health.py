"""Is it alive, is it ready? Told by the signs of life of every worker.

Alive: every worker was heard of lately; one that hangs, or whose process is
gone, is not, and a restart helps. Ready: every worker has begun, that is, its group
has said which partitions it reads, and none waits for a server; a restart would
not help while one does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..run.ports import NOWHERE, Level, Pulse, Where
from ..run.tally import Tally


class Health:
    """Implements Observer; `monotonic` is a clock in seconds.

    A worker that was not heard of for `patience` seconds is given up. Before its
    first sign of life the same time is allowed from now on.
    """

    def __init__(
        self, workers: Iterable[str], patience: float, monotonic: Callable[[], float]
    ) -> None:
        now = monotonic()
        self._patience = patience
        self._monotonic = monotonic
        self._heard = dict.fromkeys(workers, now)
        self._pulses: dict[str, Pulse] = {}
        self._begun: set[str] = set()

    def alive(self) -> bool:
        """Whether every worker was heard of lately."""
        now = self._monotonic()
        return all(now - heard <= self._patience for heard in list(self._heard.values()))

    def ready(self) -> bool:
        """Whether every worker is at work."""
        begun = all(worker in self._begun for worker in list(self._heard))
        return begun and self.alive() and not any(p.away for p in list(self._pulses.values()))

    def content(self) -> dict[str, Any]:
        """The same as a value for JSON, worker by worker.

        `lag` counts records; like `partitions` it is null while it is not known.
        """
        now = self._monotonic()
        return {
            "alive": self.alive(),
            "ready": self.ready(),
            "workers": {
                worker: {
                    "silent_seconds": round(now - heard, 1),
                    "begun": worker in self._begun,
                }
                | _worker(self._pulses.get(worker))
                for worker, heard in list(self._heard.items())
            },
        }

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects."""

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses."""
        self._pulses[pulse.worker] = pulse
        if pulse.partitions is not None:
            self._begun.add(pulse.worker)
        self._heard[pulse.worker] = self._monotonic()

    def close(self) -> None:
        """Nothing is left behind."""


class HealthFile(Health):
    """The same, kept in a file: written anew with every sign of life while all are alive.

    So the file's age tells liveness, its content readiness. It is removed in the
    end. Raises OSError where it cannot be written at the start.
    """

    def __init__(
        self,
        path: Path,
        workers: Iterable[str],
        patience: float,
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(workers, patience, monotonic)
        self._path = path
        self._write()

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses."""
        super().pulses(pulse)
        if self.alive():
            # A full disk is no reason to stop: the file grows old, and tells.
            with suppress(OSError):
                self._write()

    def close(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        """Whole, or not at all: readers never see half a file."""
        whole = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        whole.write_text(json.dumps(self.content()) + "\n", encoding="utf-8")
        whole.replace(self._path)


def _worker(pulse: Pulse | None) -> dict[str, Any]:
    if pulse is None:
        return {}
    known = len(pulse.lags) == pulse.partitions
    return {
        "projection": pulse.projection,
        "partitions": pulse.partitions,
        "lag": sum(pulse.lags.values()) if known else None,
        "waits_for": pulse.away,
    }
