"""The HTML page can be read in light and in dark: WCAG 2.1's contrast, computed from its style."""

from __future__ import annotations

import re

import pytest

from sc_analytics_cli.report.as_html import articles_html

LIGHT, DARK = 0, 1
TEXT, GRAPHIC = 4.5, 3.0
"""The least contrast of normal text, and of a bar (success criteria 1.4.3 and 1.4.11)."""


def palette(number: int) -> dict[str, str]:
    """The colours by name: those of the light page first, then those of the dark one."""
    page = articles_html([], "", "")
    blocks = re.findall(r":root \{[^}]*--back[^}]*\}", page)
    assert len(blocks) == 2
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[number]))


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (alike) to 21 (black on white)."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_wcag() -> None:
    """Its two ends, and a grey that is known to be just enough on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("number", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("text", "back", TEXT),
        ("faint", "back", TEXT),
        ("alarm", "back", TEXT),
        ("text", "alarm-back", TEXT),
        ("bar", "back", GRAPHIC),
        ("alarm", "alarm-back", GRAPHIC),
    ],
)
def test_what_is_to_be_read_stands_out(number: int, front: str, back: str, least: float) -> None:
    """Text on the page and on the marks; bars, sparklines and the edge of the marks."""
    colours = palette(number)
    assert contrast(colours[front], colours[back]) >= least
