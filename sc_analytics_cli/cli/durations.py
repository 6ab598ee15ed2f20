"""Durations as people write them."""

from __future__ import annotations

import re
from typing import Final

from ..errors import UsageError

_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str, flag: str) -> float:
    """`100ms`, `1.5s`, `2m`, `1h`, or a bare number of seconds; raises UsageError otherwise."""
    match = _DURATION.fullmatch(text)
    value = float(match[1]) * _SECONDS[match[2] or "s"] if match else 0.0
    if not 0.0 < value <= 86_400.0:
        raise UsageError(f"{flag}: {text!r} is not a duration", advice=f"{flag} 1s, or 100ms")
    return value
