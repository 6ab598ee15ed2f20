"""Trying again while a server is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..errors import UnreachableError
from .ports import Clock, Observer

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_REMINDER = 60.0

Answer = TypeVar("Answer")


def _unheard(what: str) -> None:
    pass


class Patience:
    """Repeats what failed because a server was away; says so once a minute.

    `limit` seconds bound the trying (None: for ever). `rest` is how to wait: a
    live run keeps its group membership alive meanwhile. `waits` hears before each
    rest what is waited for. Only what may be done
    twice is given to it: every step of a flush may, see run/flush.py.
    """

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        rest: Callable[[float], None],
        limit: float | None,
        stopped: Callable[[], bool],
        waits: Callable[[str], None] = _unheard,
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._rest = rest
        self._limit = limit
        self._stopped = stopped
        self._waits = waits
        self._reminded = float("-inf")

    def until_answered(self, action: Callable[[], Answer]) -> Answer:
        """The action's answer.

        Raises UnreachableError after `limit` seconds, or when the run is stopped
        meanwhile.
        """
        began, pause = self._clock.monotonic(), _FIRST_PAUSE
        while True:
            try:
                return action()
            except UnreachableError as error:
                waited = self._clock.monotonic() - began
                if self._stopped() or (self._limit is not None and waited >= self._limit):
                    raise
                self._waits(error.what)
                self.complain(error)
            self._rest(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def complain(self, error: UnreachableError) -> None:
        """Say what is away, at most once a minute."""
        now = self._clock.monotonic()
        if now - self._reminded >= _REMINDER:
            self._observer.says(f"{error.what}; trying again", level="warning")
            self._reminded = now
