"""Several observers as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .ports import NOWHERE, Level, Observer, Pulse, Where
from .tally import Tally


class Observers:
    """Implements Observer by telling each of them, in their order."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects."""
        for each in self._observers:
            each.expects(projection, records)

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""
        for each in self._observers:
            each.flushed(projection, tally, positions)

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""
        for each in self._observers:
            each.says(message, where, level)

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses."""
        for each in self._observers:
            each.pulses(pulse)
