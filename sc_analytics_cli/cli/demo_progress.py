"""How far `demo --live` is with the past days that it makes up."""

from __future__ import annotations

from ..run.ports import Clock
from .durations import in_words
from .voice import say


class HistoryProgress:
    """Says how many of about `expected` events were sent, and after `now` how many at all."""

    def __init__(self, expected: float, now: float, clock: Clock) -> None:
        self._expected = expected
        self._now = now
        self._clock = clock
        self._began = clock.monotonic()

    def __call__(self, sent: int, at: float) -> None:
        """So many were sent; the last of them happened at this instant."""
        if at >= self._now:
            say(f"{sent:,} events sent")
            return
        passed = self._clock.monotonic() - self._began
        left = max(0.0, self._expected - sent) * passed / max(1, sent)
        say(f"{sent:,} of about {about(self._expected)} events, about {in_words(left)} left")


def about(number: float) -> str:
    """Two digits of it, and zeros: `120,000`."""
    whole = max(0, round(number))
    return f"{round(whole, min(0, 2 - len(str(whole)))):,}"
