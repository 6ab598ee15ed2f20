"""What is to be done later, and the book of what happened."""

from __future__ import annotations

import heapq
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from random import Random

MOST_TROUBLE = 50


class Agenda:
    """Things to do at their time."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it so much later."""
        heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._numbers), action))

    def again(
        self, action: Callable[[], None], chance: Random, seconds: tuple[float, float]
    ) -> None:
        """Do it now, and again after a while that is drawn between two bounds."""
        action()
        self.after(chance.uniform(*seconds), lambda: self.again(action, chance, seconds))

    def run_due(self) -> None:
        """Do what is due, in its order."""
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            heapq.heappop(self._waiting)[2]()

    def run_all(self) -> None:
        """Do all that is left, at once."""
        while self._waiting:
            heapq.heappop(self._waiting)[2]()


class Book:
    """Counts of what was done, and what went wrong; bounded."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.trouble: list[str] = []
        self._began = time.monotonic()

    def did(self, what: str, number: int = 1) -> None:
        """Count it."""
        self.counts[what] += number

    def wrong(self, what: str) -> None:
        """Note it, and say it at once."""
        tell(f"{self.elapsed()} WRONG: {what}")
        if len(self.trouble) < MOST_TROUBLE:
            self.trouble.append(what)

    def elapsed(self) -> str:
        """Minutes and seconds since it was opened."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes:3d}:{seconds:02d}"


def tell(line: str) -> None:
    """A line for whoever watches."""
    sys.stderr.write(line + "\n")
