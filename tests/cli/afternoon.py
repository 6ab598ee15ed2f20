"""A time zone in which it is afternoon now: enough of today is over to say something of it."""

from __future__ import annotations

from datetime import UTC, datetime

_AFTERNOON = 16


def zone_in_the_afternoon() -> str:
    """A zone in which enough of today is over to be judged, whenever the test runs."""
    east = (_AFTERNOON - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"
