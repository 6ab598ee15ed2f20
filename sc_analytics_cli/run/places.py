"""Offsets of partitions, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_MOST: Final = 8


def in_words(offsets: Mapping[str, int]) -> str:
    """`sc.domain.order/0 at 5, sc.domain.order/1 at 0 and 4 more`."""
    named = [f"{name} at {at}" for name, at in sorted(offsets.items())[:_MOST]]
    more = len(offsets) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
