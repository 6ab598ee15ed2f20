"""Durations as people write them."""

from __future__ import annotations

from ..settings.declaration import read_as
from ..settings.kinds import duration


def seconds(text: str, flag: str, *, least: float = 0.001, most: float = 86_400.0) -> float:
    """`100ms`, `1.5s`, `2m`, `1h`, `7d`, or a bare number of seconds.

    Raises UsageError for anything else, and for what is not from `least` to `most`.
    """
    value: float = read_as(duration(least, most), text, flag)
    return value
