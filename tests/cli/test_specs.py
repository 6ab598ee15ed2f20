"""Every form of SPEC, on a log whose records are known by name: which of them are read."""

from __future__ import annotations

from functools import partial

import pytest

from .command import Command, side_by_side
from .labelled import Labelled, absorbed

ALL = {"0:0", "0:1", "0:2", "0:3", "0:4", "1:0", "1:1", "1:2"}

STARTS = {
    "earliest": ALL,
    "latest": set(),
    "2": {"0:2", "0:3", "0:4", "1:2"},
    "1:1": {"1:1", "1:2"},
    "0:3,1:2": {"0:3", "0:4", "1:2"},
    "-1": {"0:4", "1:2"},
    "-4": {"0:1", "0:2", "0:3", "0:4", "1:0", "1:1", "1:2"},
    "@2025-10-02": {"0:2", "0:3", "0:4", "1:1", "1:2"},
    "@2025-10-01T23:30:00Z": {"0:1", "0:2", "0:3", "0:4", "1:1", "1:2"},
    "@2025-10-02T01:30:00.001+02:00": {"0:2", "0:3", "0:4", "1:1", "1:2"},
    "@-2h": {"0:4", "1:2"},
    "@-1d": {"0:3", "0:4", "1:2"},
}

RANGES = {
    ("earliest", "2"): {"0:0", "0:1", "1:0", "1:1"},
    ("0:1", "0:3"): {"0:1", "0:2"},
    ("earliest", "0:2"): {"0:0", "0:1", "1:0", "1:1", "1:2"},
    ("-2", "-1"): {"0:3", "1:1"},
    ("@2025-10-01T23:00:00Z", "@2025-10-02T08:00:00Z"): {"0:1", "1:1"},
}

IN_BERLIN = ("--from-offset", "@2025-10-02", "--timezone", "Europe/Berlin")


Range = tuple[str, ...]


@pytest.fixture(scope="module")
def read(labelled: Labelled, tmp_path_factory: pytest.TempPathFactory) -> dict[Range, set[str]]:
    """Flags of a replay into an empty store → the records that it absorbed."""
    folder = tmp_path_factory.mktemp("stores")

    def replay(number: int, flags: Range) -> set[str]:
        store = f"sqlite:///{folder}/{number}.db"
        command = Command(store, *labelled.flags, servers=labelled.servers)
        command.ok("replay", "order-funnel", *flags)
        return absorbed(store)

    wanted: list[Range] = [("--from-offset", spec) for spec in STARTS]
    wanted += [("--from-offset", start, "--to-offset", stop) for start, stop in RANGES]
    wanted.append(IN_BERLIN)
    return side_by_side({flags: partial(replay, at, flags) for at, flags in enumerate(wanted)})


@pytest.mark.parametrize("spec", STARTS)
def test_a_replay_reads_from_its_spec_to_the_end(read: dict[Range, set[str]], spec: str) -> None:
    """Each form given as a word of its own, without `=`."""
    assert read["--from-offset", spec] == STARTS[spec]


@pytest.mark.parametrize(("start", "stop"), RANGES)
def test_to_offset_is_exclusive(read: dict[Range, set[str]], start: str, stop: str) -> None:
    """The record at --to-offset is not read; partitions that it does not name are read on."""
    assert read["--from-offset", start, "--to-offset", stop] == RANGES[start, stop]


def test_a_date_is_midnight_in_the_reporting_zone(read: dict[Range, set[str]]) -> None:
    """In Berlin 2 October begins two hours earlier than in UTC, and two records more are read."""
    assert read[IN_BERLIN] == {"0:1", "0:2", "0:3", "0:4", "1:0", "1:1", "1:2"}
