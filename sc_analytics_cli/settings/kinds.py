"""What a setting may be: how it is read from text, written back, and called in messages.

A flag, a variable and a key of the file are read by the same function. Each raises
UsageError without a word on where the text stood; whoever reads knows that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ..errors import UsageError


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    `words` follow "is not" in a message and stand in the reference; `native` are
    the types that a TOML file may give it in.
    """

    words: str
    metavar: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    native: tuple[type, ...] = (str,)


TEXT: Final = Kind("a text", "TEXT", lambda text: text)
FILE: Final = Kind("the name of a file", "FILE", lambda text: text)


def whole(least: int, most: int) -> Kind:
    """A whole number between two, both included."""

    def read(text: str) -> int:
        digits = text.strip()
        if not re.fullmatch(r"[0-9]{1,18}", digits) or not least <= int(digits) <= most:
            raise UsageError(f"{text!r} is not {words}")
        return int(digits)

    words = f"a whole number from {least} to {most}"
    return Kind(words, "N", read, native=(int,))


_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)?")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def duration(least: float, most: float) -> Kind:
    """Seconds between two: `100ms`, `1.5s`, `2m`, `1h`, `7d`, or a bare number of seconds."""

    def read(text: str) -> float:
        match = _DURATION.fullmatch(text.strip())
        value = float(match[1]) * _UNITS[match[2] or "s"] if match else math.nan
        if not least <= value <= most:
            raise UsageError(f"{text!r} is not a duration {bounds}", advice="write 1s, or 100ms")
        return value

    bounds = f"from {in_units(least)} to {in_units(most)}"
    return Kind(f"a duration {bounds}", "TIME", read, in_units, native=(str, int, float))


def in_units(seconds: float) -> str:
    """A duration as people write it, in the largest unit that needs no fraction."""
    for unit in ("h", "m", "s"):
        if seconds >= _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:.0f}{unit}"
    return f"{seconds * 1000:g}ms"


def one_of(*names: str) -> Kind:
    """One of these names, whatever its capitals."""
    known = {name.upper(): name for name in names}

    def read(text: str) -> str:
        if text.strip().upper() not in known:
            raise UsageError(f"{text!r} is not {words}", advice=f"choose from: {', '.join(names)}")
        return known[text.strip().upper()]

    words = "one of " + ", ".join(names)
    return Kind(words, "NAME", read)


_TRUTH: Final = {"1": True, "true": True, "yes": True, "on": True} | {
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def _switch(text: str) -> bool:
    if text.strip().lower() not in _TRUTH:
        raise UsageError(f"{text!r} is neither true nor false", advice="write true or false")
    return _TRUTH[text.strip().lower()]


SWITCH: Final = Kind(
    "true or false", "", _switch, lambda on: "true" if on else "false", native=(bool,)
)
