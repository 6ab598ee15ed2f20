"""Alive and ready, by the signs of life of every worker."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sc_analytics_cli.run.ports import Pulse
from sc_analytics_cli.telemetry.health import Health, HealthFile
from tests.fakes import FakeClock

WORKERS = ["revenue (1)", "revenue (2)"]


def beat(worker: str, away: str | None = None) -> Pulse:
    return Pulse(worker, "revenue", {}, away, None) if away else at_work(worker, {"t/0": 3})


def at_work(worker: str, lags: dict[str, int], partitions: int | None = 1) -> Pulse:
    return Pulse(worker, "revenue", lags, None, partitions)


HISTORIES: dict[str, tuple[list[tuple[float, Pulse]], float, bool, bool]] = {
    "nobody has begun": ([], 10, True, False),
    "nobody has begun for long": ([], 61, False, False),
    "one has begun": ([(1, beat(WORKERS[0]))], 10, True, False),
    "all are at work": ([(1, beat(WORKERS[0])), (2, beat(WORKERS[1]))], 50, True, True),
    "one still joins": (
        [(1, beat(WORKERS[0])), (2, at_work(WORKERS[1], {}, None))],
        5,
        True,
        False,
    ),
    "one joins anew": (
        [(1, beat(WORKERS[0])), (2, beat(WORKERS[1])), (3, at_work(WORKERS[1], {}, None))],
        5,
        True,
        True,
    ),
    "one reads nothing": ([(1, beat(WORKERS[0])), (2, at_work(WORKERS[1], {}, 0))], 5, True, True),
    "one has fallen silent": ([(1, beat(WORKERS[0])), (30, beat(WORKERS[1]))], 62, False, False),
    "one waits for a server": (
        [(1, beat(WORKERS[0])), (2, beat(WORKERS[1])), (3, beat(WORKERS[1], "MongoDB is away"))],
        50,
        True,
        False,
    ),
    "one waits no more": (
        [(1, beat(WORKERS[0])), (2, beat(WORKERS[1], "away")), (3, beat(WORKERS[1]))],
        50,
        True,
        True,
    ),
}
"""Name → signs of life at seconds, when it is asked, whether alive, whether ready."""


@pytest.mark.parametrize("name", HISTORIES)
def test_alive_and_ready(name: str) -> None:
    """A worker is given up after 60 s of silence; waiting for a server is life, but not ready."""
    told, asked, alive, ready = HISTORIES[name]
    clock = FakeClock()
    health = Health(WORKERS, 60, clock.monotonic)
    for at, pulse in told:
        clock.sleep(at - clock.monotonic())
        health.pulses(pulse)
    clock.sleep(asked - clock.monotonic())
    assert (health.alive(), health.ready()) == (alive, ready)
    content = health.content()
    assert (content["alive"], content["ready"]) == (alive, ready)
    assert list(content["workers"]) == WORKERS


@pytest.mark.parametrize(
    ("pulse", "told"),
    [
        (at_work("w", {}, None), (False, None, None)),
        (at_work("w", {"t/0": 3}, 2), (True, 2, None)),
        (at_work("w", {"t/0": 3, "t/1": 4}, 2), (True, 2, 7)),
        (at_work("w", {}, 0), (True, 0, 0)),
        (beat("w", "MongoDB is away"), (False, None, None)),
    ],
)
def test_what_is_not_known_yet_is_null(
    pulse: Pulse, told: tuple[bool, int | None, int | None]
) -> None:
    """Partitions before the group has decided, and the lag before every end was heard of."""
    health = Health(["w"], 60, FakeClock().monotonic)
    health.pulses(pulse)
    worker = health.content()["workers"]["w"]
    assert (worker["begun"], worker["partitions"], worker["lag"]) == told


def test_the_file_is_fresh_while_all_are_alive(tmp_path: Path) -> None:
    """One silent worker lets it grow old, however lively the others are; at the end it is gone."""
    clock, path = FakeClock(), tmp_path / "health"
    health = HealthFile(path, WORKERS, 60, clock.monotonic)
    assert json.loads(path.read_text())["ready"] is False
    for worker in WORKERS:
        health.pulses(beat(worker))
    assert json.loads(path.read_text())["ready"] is True
    old = path.stat()
    os.utime(path, (1, 1))
    clock.sleep(61)
    health.pulses(beat(WORKERS[0]))
    assert path.stat().st_mtime == 1, "not written"
    health.pulses(beat(WORKERS[1]))
    assert path.stat().st_mtime >= int(old.st_mtime)
    assert [each.name for each in tmp_path.iterdir()] == ["health"]
    health.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_any_more_stops_nothing(tmp_path: Path) -> None:
    """It grows old, which is what its reader looks at."""
    folder = tmp_path / "gone"
    folder.mkdir()
    health = HealthFile(folder / "health", WORKERS[:1], 60, FakeClock().monotonic)
    (folder / "health").unlink()
    folder.rmdir()
    health.pulses(beat(WORKERS[0]))
    health.close()
