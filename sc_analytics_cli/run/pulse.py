"""Signs of life: that a worker's loop still turns, how far behind it is, what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .ports import Clock, Observer, Pulse

_SECONDS_BETWEEN = 5.0


class Pulsing:
    """Tells the observer that this worker is there: every few seconds, changes at once."""

    def __init__(self, worker: str, projection: str, clock: Clock, observer: Observer) -> None:
        self._worker = worker
        self._projection = projection
        self._clock = clock
        self._observer = observer
        self._told = float("-inf")
        self._last: tuple[frozenset[str], str | None] | None = None

    def beats(self, lags: Callable[[], Mapping[str, int]], partitions: frozenset[str]) -> None:
        """The worker runs; `lags` is asked only where there is something to tell."""
        if self._due(partitions, None):
            self._observer.pulses(Pulse(self._worker, self._projection, lags(), None))

    def waits(self, what: str) -> None:
        """The worker waits for a server."""
        if self._due(frozenset(), what):
            self._observer.pulses(Pulse(self._worker, self._projection, {}, what))

    def _due(self, partitions: frozenset[str], away: str | None) -> bool:
        now = self._clock.monotonic()
        state = (partitions, away)
        if state == self._last and now - self._told < _SECONDS_BETWEEN:
            return False
        self._told, self._last = now, state
        return True
