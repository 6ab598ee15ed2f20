"""What commands share when they print."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from ..report.safe import harmless_json


def write_json(content: Any) -> None:
    """One JSON document on stdout; instants as RFC 3339 in UTC with milliseconds."""
    import orjson

    option = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATETIME
    written = orjson.dumps(content, option=option, default=_instant) + b"\n"
    sys.stdout.buffer.write(harmless_json(written))


def instant_in_words(value: datetime | None) -> str:
    """`2026-11-22 14:05:09Z`, or a dash."""
    return "–" if value is None else f"{value:%Y-%m-%d %H:%M:%S}Z"


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(type(value).__name__)
