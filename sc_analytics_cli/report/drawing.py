"""Bars and sparklines out of text, and what stands for them where there is no Unicode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_LEVELS: Final = "▁▂▃▄▅▆▇█"

_ASCII: Final = str.maketrans(
    {
        "─": "-",
        "–": "-",
        "…": "...",
        "·": "|",
        "▲": "^",
        "▼": "v",
        "●": "*",
        "✓": "+",
        **dict(zip("▏▎▍▌▋▊▉█", "    ####", strict=True)),
        **dict(zip("▁▂▃▄▅▆▇", "_.,-=+*", strict=True)),
    }
)


def bar(fraction: float, width: int) -> str:
    """A bar of at most `width` columns, to an eighth of one; what is not 0 is never invisible."""
    eighths = round(min(max(fraction, 0.0), 1.0) * width * 8)
    if fraction > 0:
        eighths = max(eighths, 1)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def sparkline(values: Sequence[float | None]) -> str:
    """A character a value, from the least level for 0 to the highest for the greatest.

    A blank stands where there is no value.
    """
    most = max((value for value in values if value is not None), default=0)
    return "".join(" " if value is None else _LEVELS[_level(value, most)] for value in values)


def _level(value: float, most: float) -> int:
    if most <= 0 or value <= 0:
        return 0
    return max(1, round(value / most * (len(_LEVELS) - 1)))


def ascii_only(text: str) -> str:
    r"""The same text drawn with ASCII; a letter that has no likeness there is an escape, `\xfc`."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()
