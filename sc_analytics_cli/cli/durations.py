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


def in_words(value: float) -> str:
    """A number of seconds in its two largest units: `9s`, `3m 20s`, `2h 05m`, `7d 02h`."""
    whole = int(value)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 86_400:,}d {whole % 86_400 // 3600:02}h"
