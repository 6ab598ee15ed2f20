"""Durations as people write them."""

from __future__ import annotations

from ..settings.declaration import read_as
from ..settings.kinds import duration

_ANY = duration(0.001, 86_400)


def seconds(text: str, flag: str) -> float:
    """`100ms`, `1.5s`, `2m`, `1h`, or a bare number of seconds; raises UsageError otherwise."""
    value: float = read_as(_ANY, text, flag)
    return value
