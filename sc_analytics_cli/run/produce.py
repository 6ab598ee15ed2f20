"""Puts made-up traffic on the log, each event when its time has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ..traffic.event_json import event_json
from ..traffic.happening import Happening
from .ports import Clock

_SLICE_SECONDS = 0.2
_TOLD_EVERY_SECONDS = 10.0


class Outlet(Protocol):
    """Where records go. Every verb raises UnreachableError where the broker went away."""

    def send(self, topic: str, key: str, value: bytes, milliseconds: int) -> None:
        """Send a record; it may still be under way when this returns."""
        ...

    def flush(self) -> None:
        """Wait until everything sent is acknowledged."""
        ...


class Producing:
    """One stretch of traffic; `sent` counts the records by the topic that they were declared for.

    `topics` are the names of the declared topics; `run` is part of every event
    id, so that no two runs share one.
    """

    def __init__(self, outlet: Outlet, topics: Mapping[str, str], run: str, clock: Clock) -> None:
        self.sent = dict.fromkeys(topics, 0)
        self._outlet = outlet
        self._topics = topics
        self._run = run
        self._clock = clock

    def produce(
        self,
        happenings: Iterable[Happening],
        *,
        until: float,
        count: int | None,
        stopped: Callable[[], bool],
        tells: Callable[[int, float], None],
    ) -> None:
        """Send what happens before `until` (seconds since 1970), at most `count` records.

        What is past is sent at once; for what is to come it waits. Everything
        sent is acknowledged when it returns. `tells` hears now and then how
        many were sent, and when the last of them happened.
        """
        told = self._clock.monotonic()
        for happening in happenings:
            if happening.at >= until or self.total == count:
                break
            if not self._comes(happening.at, stopped):
                break
            self._send(happening)
            if self._clock.monotonic() - told >= _TOLD_EVERY_SECONDS:
                told = self._clock.monotonic()
                tells(self.total, happening.at)
        self._outlet.flush()

    @property
    def total(self) -> int:
        """How many records were sent."""
        return sum(self.sent.values())

    def _comes(self, at: float, stopped: Callable[[], bool]) -> bool:
        """Wait until then; false where the run is stopped first."""
        while not stopped():
            left = at - self._clock.now().timestamp()
            if left <= 0:
                return True
            self._clock.sleep(min(left, _SLICE_SECONDS))
        return False

    def _send(self, happening: Happening) -> None:
        self.sent[happening.topic] += 1
        value = event_json(happening, f"demo-{self._run}-{self.total:x}")
        topic = self._topics[happening.topic]
        self._outlet.send(topic, happening.key, value, int(happening.at * 1000))
