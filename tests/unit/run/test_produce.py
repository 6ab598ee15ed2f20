"""Producing: what is past at once, what is to come in its time, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from sc_analytics_cli.run.produce import Producing
from sc_analytics_cli.traffic.happening import Happening
from tests.fakes import FakeClock


class Sent(NamedTuple):
    """What an outbox has been given, and when."""

    topic: str
    key: str
    id: str
    at: float


class Outbox:
    """Implements Outlet."""

    def __init__(self, clock: FakeClock) -> None:
        self.sent: list[Sent] = []
        self.flushed = 0
        self._clock = clock

    def send(self, topic: str, key: str, value: bytes, milliseconds: int) -> None:
        """See Outlet.send."""
        self.sent.append(Sent(topic, key, json.loads(value)["event_id"], self._clock.monotonic()))

    def flush(self) -> None:
        """See Outlet.flush."""
        self.flushed = len(self.sent)


class World(FakeClock):
    """A clock whose calendar goes as fast as its seconds."""

    def sleep(self, seconds: float) -> None:
        """Both pass."""
        super().sleep(seconds)
        self._now += timedelta(seconds=seconds)


def produced(
    *offsets: float,
    until: float = 1e12,
    count: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outbox:
    """What was sent of happenings at so many seconds from now."""
    clock = World()
    now = clock.now().timestamp()
    outbox = Outbox(clock)
    producing = Producing(outbox, {"user": "u", "order": "o"}, "run", clock)
    producing.produce(
        [Happening(now + each, "order", "created", f"o{each:g}") for each in offsets],
        until=now + until,
        count=count,
        stopped=stopped,
        tells=lambda sent, at: None,
    )
    assert producing.sent == {"user": 0, "order": len(outbox.sent)}
    return outbox


def test_each_event_when_its_time_has_come() -> None:
    """The past at once, the rest within a fraction of a second of its time."""
    sent = produced(-100, -1, 3, 10).sent
    assert [each.at for each in sent] == pytest.approx([0, 0, 3, 10], abs=0.3)
    assert [each.topic for each in sent] == ["o"] * 4
    assert [each.id for each in sent] == [f"demo-run-{n}" for n in (1, 2, 3, 4)]


def test_it_ends_at_either_bound() -> None:
    """Everything sent is acknowledged."""
    assert [each.key for each in produced(1, 2, 3, 4, until=2.5).sent] == ["o1", "o2"]
    assert [each.key for each in produced(1, 2, 3, 4, count=3).sent] == ["o1", "o2", "o3"]
    assert produced(1, 2).flushed == 2


def test_a_wish_to_stop_does_not_wait_for_the_next_event() -> None:
    """What was sent before is acknowledged."""
    looks = iter([False] * 4 + [True] * 9)
    outbox = produced(-1, 3600, stopped=lambda: next(looks))
    assert [each.key for each in outbox.sent] == ["o-1"]
    assert outbox.flushed == 1
