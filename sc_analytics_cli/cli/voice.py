"""What the product says on stderr: plain lines for people, JSON lines for machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..report.safe import harmless
from ..run.ports import Level

_form = "TEXT"


def speak(form: str) -> None:
    """Decide, for this process and from now on, how things are said: `TEXT` or `JSON`."""
    global _form
    _form = form


def says_json() -> bool:
    """Whether lines are for machines."""
    return _form == "JSON"


def say(text: str, level: Level = "info", facts: Mapping[str, Any] | None = None) -> None:
    """One line on stderr.

    As JSON it is an object with `ts` (RFC 3339, UTC), `level`, `message` and
    those of the `facts` that are not None; as text it is the text alone, `harmless`.
    """
    line = _json(text, level, facts or {}) if says_json() else harmless(text)
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def _json(text: str, level: Level, facts: Mapping[str, Any]) -> str:
    import orjson

    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {name: value for name, value in facts.items() if value is not None}
    return orjson.dumps({"ts": now, "level": level, "message": text} | told).decode()
