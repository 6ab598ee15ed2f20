"""`report --watch` in a low or narrow window: figures stay in sight, the last line stays whole."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console, RenderableType
from rich.text import Text

from sc_analytics_cli.cli.watch_screen import WatchScreen

MARKS, FIGURES = 8, 16


def report(most_marks: int | None) -> list[RenderableType]:
    """A title, eight marks and sixteen lines of figures."""
    shown = MARKS if most_marks is None else most_marks
    marks = [f"mark {number}" for number in range(shown)]
    more = [f"and {MARKS - shown} more"] if shown < MARKS else []
    figures = [f"figure {number}" for number in range(FIGURES)]
    return [Text("\n".join(["Funnel", *marks, *more, *figures]))]


def drawn(height: int, width: int = 80, marked: tuple[str, ...] = ("funnel",)) -> list[str]:
    """The lines of a window of this size."""
    out = StringIO()
    console = Console(file=out, width=width, height=height, color_system=None)
    console.print(WatchScreen(report, marked, "14:05:07", 2.0, None))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_window_that_is_high_enough_shows_every_mark() -> None:
    """Nothing is hidden."""
    lines = drawn(30)
    assert sum(line.startswith("mark") for line in lines) == MARKS
    assert lines[-1] == "▼▲ funnel · at 14:05:07 · every 2 s · Ctrl-C ends"


@pytest.mark.parametrize(("height", "marks"), [(23, 4), (22, 3), (21, 2), (20, 4), (12, 4)])
def test_a_low_window_counts_the_rest_of_the_marks(height: int, marks: int) -> None:
    """At most four, and so few that the figures fit, if any number does that."""
    lines = drawn(height)
    assert len(lines) == height
    assert sum(line.startswith("mark") for line in lines) == marks
    assert f"and {MARKS - marks} more" in lines
    assert (f"figure {FIGURES - 1}" in lines) is (height >= 21)


def test_the_last_line_is_of_two_colours_at_most() -> None:
    """The alarm, and what does not matter as much; it is not cut into letters."""
    out = StringIO()
    console = Console(file=out, width=80, height=30, color_system="standard", force_terminal=True)
    console.print(WatchScreen(report, (), "14:05:07", 2.0, None))
    last = out.getvalue().rstrip().splitlines()[-1]
    assert last == "\x1b[2mat 14:05:07 · every 2 s · Ctrl-C ends\x1b[0m"


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120])
def test_no_part_of_the_last_line_is_broken(width: int) -> None:
    """It goes on in another line where the window is narrow."""
    lines = drawn(12, width, ("funnel", "users"))
    whole = " · ".join(lines)
    for part in ("▼▲ funnel, users", "lines below", "at 14:05:07", "every 2 s", "Ctrl-C ends"):
        assert part in whole
    assert max(map(len, lines)) <= width
    assert width < 80 or "Ctrl-C ends" in lines[-1]
