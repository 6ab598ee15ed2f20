"""Who says it: a worker's name and process id beside what it says."""

from __future__ import annotations

from collections.abc import Mapping

from ..run.ports import NOWHERE, Level, Observer, Pulse, Where
from ..run.tally import Tally


class Signed:
    """Implements Observer for one worker: `where` names it, and its process."""

    def __init__(self, observer: Observer, worker: str, pid: int) -> None:
        self._observer = observer
        self._worker = worker
        self._pid = pid

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects."""
        self._observer.expects(projection, records)

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""
        self._observer.flushed(projection, tally, positions)

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""
        signed = where._replace(worker=self._worker, pid=self._pid)
        self._observer.says(self._words(message, where), signed, level)

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses."""
        self._observer.pulses(pulse)

    def _words(self, message: str, where: Where) -> str:
        return message


class SignedInWords(Signed):
    """The same for one worker of several: its words begin with its name too."""

    def _words(self, message: str, where: Where) -> str:
        if where.projection and self._worker.startswith(where.projection):
            message = message.removeprefix(f"{where.projection}: ")
        return f"{self._worker}: {message}"
