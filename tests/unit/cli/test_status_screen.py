"""Whole screens of `status`, as wide as they are, with and without colour and Unicode."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from sc_analytics_cli.cli.status_screen import StatusScreen
from sc_analytics_cli.cli.status_summary import caught_up
from sc_analytics_cli.errors import UnreachableError
from sc_analytics_cli.report.drawing import ascii_only
from sc_analytics_cli.run.standing import PartitionStanding, ProjectionStanding, Standing

NOW = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)


def ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


BAD_NIGHT = Standing(
    NOW,
    [
        ProjectionStanding(
            "order-funnel",
            "sc.domain.order",
            [
                PartitionStanding(
                    "sc.domain.order/0", 1_204_311, False, 600_000, 1_204_311, None,
                    ago(days=7, hours=2), ago(seconds=1), 11.5,
                ),
                PartitionStanding(
                    "sc.domain.order/1", 1_190_002, False, 600_100, 1_233_456,
                    ago(hours=1, minutes=5), ago(days=7, hours=2), ago(hours=1, minutes=4),
                    12.25, [(9_000, 9_500)],
                ),
            ],
            2,
            ["2026-11-01", "2026-11-02"],
        ),
        ProjectionStanding(
            "revenue", "sc.domain.order",
            [PartitionStanding("sc.domain.order/0", None, True, 600_000, 1_204_311, ago(days=7))],
            0,
            [],
        ),
    ],
    ["20261121T230000-a1b2c3"],
)  # fmt: skip

SCREENS = Path(__file__).parent / "screens"
WIDE = (SCREENS / "status-140.txt").read_text(encoding="utf-8")


def drawn(width: int, standing: Standing = BAD_NIGHT, *, colour: bool = False) -> str:
    """The screen as text."""
    return rendered(StatusScreen(standing), width, colour=colour)


def rendered(screen: StatusScreen, width: int, height: int = 100, *, colour: bool = False) -> str:
    """Any screen as text, in a window of that size."""
    file = io.StringIO()
    console = Console(
        file=file, width=width, height=height, highlight=False, force_terminal=colour,
        color_system="standard" if colour else None, legacy_windows=False,
    )  # fmt: skip
    console.print(screen)
    return "".join(line.rstrip() + "\n" for line in file.getvalue().splitlines())


@pytest.mark.parametrize("width", [60, 140])
def test_a_screen(width: int) -> None:
    """Character by character; notes wrap between words, further columns go into a second table."""
    expected = (SCREENS / f"status-{width}.txt").read_text(encoding="utf-8")
    assert drawn(width) == expected


BUSY_DAY = Standing(
    NOW,
    [
        ProjectionStanding(
            name, topic,
            [
                PartitionStanding(
                    f"{topic}/{number}", 1_204_311 - lag * (number + 1), False, 600_000, 1_204_311,
                    ago(seconds=behind) if lag else None, ago(days=7, hours=2), ago(seconds=1), 20,
                )
                for number in range(6)
            ],
            0, [], None, members,
        )
        for name, topic, lag, behind, members in (
            ("user-lifecycle", "sc.domain.user", 0, 0, 1),
            ("order-funnel", "sc.domain.order", 1_000, 70, 2),
            ("revenue", "sc.domain.order", 4_321, 900, 0),
        )
    ],
    [],
)  # fmt: skip
"""Six partitions each: one is up to date, one catches up, and nobody works at the third."""


def speed(projection: str, partition: str) -> float:
    """Records a second between two looks."""
    return {"user-lifecycle": 20.0, "order-funnel": 300.0}.get(projection, 0.0)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 60)])
def test_a_watched_screen(width: int, height: int) -> None:
    """A row a projection first; a low window holds the worst partitions of all, and is full."""
    shown = rendered(StatusScreen(BUSY_DAY, speed, fitted=True), width, height)
    expected = SCREENS / f"status-watched-{width}x{height}.txt"
    assert shown == expected.read_text(encoding="utf-8")
    assert len(shown.splitlines()) <= height


@pytest.mark.parametrize("height", [3, 8, 12, 24, 40])
def test_a_window_is_never_overdrawn(height: int) -> None:
    """However low it is; what is hidden is counted."""
    shown = rendered(StatusScreen(BUSY_DAY, speed, fitted=True), 80, height).splitlines()
    assert len(shown) <= height
    hidden = shown[-1].removesuffix(" lines more in a taller window")
    whole = rendered(StatusScreen(BUSY_DAY, speed, fitted=True), 80, 33).splitlines()
    if hidden.isdecimal():
        assert len(shown) - 1 + int(hidden) == len(whole)


@pytest.mark.parametrize(
    ("lag", "behind", "arriving", "absorbed", "words"),
    [
        (0, 0.0, 5.0, 0.0, "now"),
        (3, 2.0, 5.0, 5.0, "now"),
        (6_000, 60.0, 20.0, 50.0, "in 3m 20s"),
        (6_000, 60.0, 20.0, 20.0, "never"),
        (6_000, 60.0, 20.0, None, "–"),
        (None, None, 20.0, 20.0, "–"),
    ],
)
def test_how_long_until_caught_up(
    lag: int | None, behind: float | None, arriving: float, absorbed: float | None, words: str
) -> None:
    """At the pace of now; a lag of a few seconds is no lag."""
    assert caught_up(lag, behind, arriving, absorbed) == words


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    """And no figure is cut off."""
    shown = drawn(width)
    assert max(map(len, shown.splitlines())) <= width
    assert shown.count("1,204,311") == WIDE.count("1,204,311")
    assert "…" not in shown


def test_colour_adds_nothing_but_colour() -> None:
    """What it says stands in words and signs."""
    coloured = drawn(140, colour=True)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "".join(line.rstrip() + "\n" for line in plain.splitlines()) == WIDE


def test_without_unicode() -> None:
    """Each letter has its likeness, so that nothing moves."""
    shown = ascii_only(drawn(140))
    assert shown.isascii()
    assert "\\" not in shown
    assert list(map(len, shown.splitlines())) == list(map(len, WIDE.splitlines()))


def test_a_server_that_is_away() -> None:
    """It is said above everything else, and what its name brings along is harmless."""
    error = UnreachableError("Kafka at \x1b[2Jhost does not answer")
    shown = drawn(80, Standing(NOW, [], [], error))
    assert shown.splitlines()[1] == "! Kafka at \\x1b[2Jhost does not answer"
