"""SPEC: what its texts mean, and which offsets they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from sc_analytics_cli.errors import NotThereError, UsageError
from sc_analytics_cli.run.spec import (
    Back,
    Earliest,
    Latest,
    Offset,
    OffsetOf,
    Since,
    Spec,
    parse_spec,
    resolve,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
OCTOBER = 1_790_812_800_000
"""2026-10-01T00:00:00Z in milliseconds."""
HOUR = 3_600_000
NOON = 1_795_348_800_000
"""`NOW` in milliseconds."""


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("earliest", Earliest()),
        ("latest", Latest()),
        ("0", Offset(0)),
        ("17", Offset(17)),
        ("007", Offset(7)),
        ("999999999999999999", Offset(10**18 - 1)),
        ("-30", Back(30)),
        ("-0", Back(0)),
        ("0:12", OffsetOf(((0, 12),))),
        ("0:12,3:0", OffsetOf(((0, 12), (3, 0)))),
        ("10:5,2:7", OffsetOf(((10, 5), (2, 7)))),
        ("@2026-10-01", Since(OCTOBER)),
        ("@2026-10-01T00:00:00Z", Since(OCTOBER)),
        ("@2026-10-01T02:00:00+02:00", Since(OCTOBER)),
        ("@2026-10-01 00:30", Since(OCTOBER + HOUR // 2)),
        ("@2026-10-01T00:00:00.001Z", Since(OCTOBER + 1)),
        ("@1970-01-01", Since(0)),
        ("@-2h", Since(NOON - 2 * HOUR)),
        ("@-90s", Since(NOON - 90_000)),
        ("@-15m", Since(NOON - HOUR // 4)),
        ("@-1d", Since(NOON - 24 * HOUR)),
        ("@-2w", Since(NOON - 14 * 24 * HOUR)),
        ("@-0s", Since(NOON)),
    ],
)
def test_the_forms_of_a_spec(text: str, spec: Spec) -> None:
    """Words, offsets, the last N, times and ages."""
    assert parse_spec(text, UTC, NOW) == spec


@pytest.mark.parametrize(
    ("text", "zone", "milliseconds"),
    [
        ("@2026-10-01", NEW_YORK, OCTOBER + 4 * HOUR),
        ("@2026-12-01", NEW_YORK, OCTOBER + (61 * 24 + 5) * HOUR),
        ("@2026-10-01T12:00", NEW_YORK, OCTOBER + 16 * HOUR),
        ("@2026-10-01T12:00Z", NEW_YORK, OCTOBER + 12 * HOUR),
        ("@-2h", NEW_YORK, NOON - 2 * HOUR),
        ("@2026-10-01", ZoneInfo("Asia/Kolkata"), OCTOBER - HOUR * 11 // 2),
    ],
)
def test_times_without_an_offset_are_those_of_the_reporting_zone(
    text: str, zone: tzinfo, milliseconds: int
) -> None:
    """A date is its midnight there."""
    assert parse_spec(text, zone, NOW) == Since(milliseconds)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Earliest", "LATEST", "earliest ", "beginning", "1.5", "+5", "--5", "- 5", "1e3",
        "0x10", "5-", "\u0661", "1000000000000000000", "0:", ":5", "0:1,", ",0:1", "0:1;1:2",
        "0:-1", "-1:5", "0:1, 1:2", "0:1,0:2", "1:5,0:3,1:5", "@", "@yesterday", "@2026-13-01",
        "@2026-02-30", "@12:00", "@-2", "@-2y", "@2h", "@-h", "@-99999999s", "@-9999999w",
        "@0001-01-01T00:00:00+23:00", "@1790812800",
    ],
)  # fmt: skip
def test_what_is_no_spec(text: str) -> None:
    """Is refused as a usage error, with something to type instead."""
    with pytest.raises(UsageError) as refused:
        parse_spec(text, UTC, NOW)
    assert refused.value.advice is not None
    assert refused.value.advice.startswith("use ")


BOUNDS = {"t/0": (10, 100), "t/1": (0, 40), "t/10": (5, 5)}


def offsets_at(partitions: Iterable[str], milliseconds: int) -> Mapping[str, int]:
    return {name: BOUNDS[name][0] + milliseconds for name in partitions}


@pytest.mark.parametrize(
    ("spec", "offsets"),
    [
        (Earliest(), {"t/0": 10, "t/1": 0, "t/10": 5}),
        (Latest(), {"t/0": 100, "t/1": 40, "t/10": 5}),
        (Back(0), {"t/0": 100, "t/1": 40, "t/10": 5}),
        (Back(30), {"t/0": 70, "t/1": 10, "t/10": 5}),
        (Back(60), {"t/0": 40, "t/1": 0, "t/10": 5}),
        (Back(10**9), {"t/0": 10, "t/1": 0, "t/10": 5}),
        (OffsetOf(((0, 10),)), {"t/0": 10}),
        (OffsetOf(((0, 100),)), {"t/0": 100}),
        (OffsetOf(((10, 5), (1, 7))), {"t/1": 7, "t/10": 5}),
        (Since(3), {"t/0": 13, "t/1": 3, "t/10": 8}),
    ],
)
def test_the_offsets_of_a_spec(spec: Spec, offsets: dict[str, int]) -> None:
    """By partition; with P:N, only of the partitions that are named."""
    assert resolve(spec, BOUNDS, offsets_at) == offsets


def test_one_offset_for_every_partition() -> None:
    """Where all of them have it."""
    bounds = {"t/0": (10, 100), "t/1": (0, 40)}
    assert resolve(Offset(10), bounds, offsets_at) == {"t/0": 10, "t/1": 10}
    assert resolve(Offset(40), bounds, offsets_at) == {"t/0": 40, "t/1": 40}
    assert resolve(Offset(10), {}, offsets_at) == {}


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        (OffsetOf(((0, 101),)), "offset 101 of t/0 lies beyond its end 100"),
        (OffsetOf(((0, 9),)), "offset 9 of t/0 is gone: the first one there is 10"),
        (OffsetOf(((10, 6),)), "offset 6 of t/10 lies beyond its end 5"),
        (OffsetOf(((7, 0),)), "there is no partition 7"),
        (OffsetOf(((0, 10), (8, 0), (7, 0))), "there is no partition 7"),
        (Offset(41), "offset 41 of t/1 lies beyond its end 40"),
    ],
)
def test_offsets_that_are_not_there(spec: Spec, what: str) -> None:
    """Beyond the end, deleted, or of a partition that does not exist."""
    with pytest.raises(NotThereError) as refused:
        resolve(spec, BOUNDS, offsets_at)
    assert refused.value.what == what
    assert refused.value.cause or refused.value.advice
