"""Bars, sparklines, ASCII, and words in lines."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sc_analytics_cli.report.drawing import ascii_only, bar, sparkline
from sc_analytics_cli.report.packing import joined, packed


@pytest.mark.parametrize(
    ("fraction", "drawn"),
    [
        (0.0, ""),
        (-1.0, ""),
        (0.000001, "▏"),
        (0.125, "▌"),
        (0.5, "██"),
        (0.99, "████"),
        (1.0, "████"),
        (7.0, "████"),
    ],
)
def test_a_bar_is_true_to_an_eighth_of_a_column(fraction: float, drawn: str) -> None:
    """What is not 0 is never invisible; nothing is longer than the whole."""
    assert bar(fraction, 4) == drawn


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([0, 0], "▁▁"),
        ([0, 1, 100], "▁▂█"),
        ([None, 50, 100], " ▅█"),
        ([-5, 5], "▁█"),
        ([None, None], "  "),
    ],
)
def test_a_sparkline_begins_at_zero(values: Sequence[float | None], drawn: str) -> None:
    """Only 0 is at the bottom; a day without a document is a blank."""
    assert sparkline(values) == drawn


@given(st.text())
def test_everything_has_a_form_in_ascii(text: str) -> None:
    """Whatever an id holds, a terminal without Unicode can show it."""
    assert ascii_only(text).isascii()


def test_what_is_drawn_keeps_its_width_in_ascii() -> None:
    """Columns stay in line."""
    drawn = "─▏▎▍▌▋▊▉█▁▂▃▄▅▆▇▲▼·–"
    assert len(ascii_only(drawn)) == len(drawn)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        ("usually 92.1–95.4 % by 14:00", 19, ["usually 92.1–95.4 %", "  by 14:00"]),
        ("usually 92.1–95.4 % by 14:00", 18, ["usually", "  92.1–95.4 % by", "  14:00"]),
        ("abcdefghij x", 4, ["abcdefghij", "  x"]),
    ],
)
def test_a_unit_stays_at_its_figure(text: str, width: int, lines: list[str]) -> None:
    """Lines are broken between words, and later ones are indented."""
    assert list(packed(text, width, indent=2)) == lines


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1), st.integers(9, 40))
def test_joined_parts_fill_lines_and_none_is_lost(parts: list[str], width: int) -> None:
    """What stands between two parts is left out at the end of a line alone."""
    lines = list(joined(parts, " · ", width))
    assert [part for line in lines for part in line.split(" · ")] == parts
    assert max(map(cell_len, lines)) <= width
