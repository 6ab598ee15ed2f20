"""Signs of life: that a worker's loop still turns, how far behind it is, what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .ports import Clock, Observer, Pulse

_SECONDS_BETWEEN = 5.0
_SECONDS_AFTER_A_BATCH = 1.0
_SECONDS_UNTIL_ALL_IS_KNOWN = 1.0


class Pulsing:
    """Tells the observer that this worker is there: every few seconds, changes at once.

    After a batch was stored it tells within a second, so that the lags agree with
    what is counted.
    """

    def __init__(self, worker: str, projection: str, clock: Clock, observer: Observer) -> None:
        self._worker = worker
        self._projection = projection
        self._clock = clock
        self._observer = observer
        self._told = float("-inf")
        self._pause = _SECONDS_BETWEEN
        self._last: tuple[frozenset[str] | None, str | None] | None = None

    def beats(self, lags: Callable[[], Mapping[str, int]], partitions: frozenset[str]) -> None:
        """The worker runs; `lags` is asked only where there is something to tell."""
        if self._due(partitions, None):
            known = lags()
            self._tell(known, None, len(partitions))
            if len(known) < len(partitions):
                self._pause = _SECONDS_UNTIL_ALL_IS_KNOWN

    def joins(self) -> None:
        """The worker runs, and the group has not said yet what it is to read."""
        if self._due(None, None):
            self._tell({}, None, None)

    def waits(self, what: str) -> None:
        """The worker waits for a server."""
        if self._due(None, what):
            self._tell({}, what, None)

    def stored(self) -> None:
        """A batch is stored: the lags have changed."""
        self._pause = _SECONDS_AFTER_A_BATCH

    def _tell(self, lags: Mapping[str, int], away: str | None, partitions: int | None) -> None:
        self._observer.pulses(Pulse(self._worker, self._projection, lags, away, partitions))

    def _due(self, partitions: frozenset[str] | None, away: str | None) -> bool:
        now = self._clock.monotonic()
        state = (partitions, away)
        if state == self._last and now - self._told < self._pause:
            return False
        self._told, self._last, self._pause = now, state, _SECONDS_BETWEEN
        return True
