"""Writing a batch while the store may be away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import UnreachableError
from ..event import Chunk
from .flush import Flush
from .ports import Clock, Observer
from .tally import Tally

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_REMINDER = 60.0


class Patience:
    """Retries a flush until it is stored; the batch is kept, so memory stays bounded.

    `limit` seconds bound the trying (None: for ever). `rest` is how to wait: a
    live run keeps its group membership alive meanwhile. Doing it again is
    always safe: see run/flush.py.
    """

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        rest: Callable[[float], None],
        limit: float | None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._rest = rest
        self._limit = limit
        self._stopped = stopped

    def write(self, flush: Flush, chunks: Sequence[Chunk]) -> Tally:
        """Flush the chunks.

        Raises UnreachableError after `limit` seconds, or when the run is stopped
        while the store is away; nothing is marked as absorbed then.
        """
        began, reminded, pause = self._clock.monotonic(), float("-inf"), _FIRST_PAUSE
        while True:
            try:
                return flush.write(chunks)
            except UnreachableError as error:
                now = self._clock.monotonic()
                out_of_patience = self._limit is not None and now - began >= self._limit
                if out_of_patience or self._stopped():
                    raise
                if now - reminded >= _REMINDER:
                    self._observer.says(f"{error.what}; trying again until it does")
                    reminded = now
            self._rest(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
