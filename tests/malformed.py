"""The records of `fixtures/malformed/records.toml`, written out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parents[1] / "fixtures" / "malformed" / "records.toml"
_SHORT = {b"BIG": b"x" * 900_000, b"DEEP": b"[" * 50_000 + b"]" * 50_000}


class Malformed(NamedTuple):
    """A record, and projection → `counted`, `skipped` or how the reason begins."""

    kind: str
    value: bytes
    fate: Mapping[str, str]


def malformed(event_id: str = "e-1") -> Iterator[Malformed]:
    """Every kind; a number behind `event_id` makes each event another one."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    for number, row in enumerate(table["record"]):
        base, old, new = table["base"][row["of"]].encode(), row["old"].encode(), _bytes(row["new"])
        if old == b"*":
            value = new
        elif old == b"^":
            value = new + base
        elif old.endswith(b"$"):
            value = base.removesuffix(old[:-1]) + new
        else:
            assert base.count(old) == 1, row["kind"]
            value = base.replace(old, new)
        if event_id != "e-1":
            value = value.replace(b'"e-1"', b'"%s-%d"' % (event_id.encode(), number))
        yield Malformed(row["kind"], value, row["fate"])


def _bytes(text: str) -> bytes:
    """What a cell stands for."""
    escaped = re.sub(
        rb"\\(x[0-9a-f]{2}|n|\\)",
        lambda m: {b"n": b"\n", b"\\": b"\\"}.get(m[1]) or bytes.fromhex(m[1][1:].decode()),
        text.encode(),
    )
    for short, long in _SHORT.items():
        escaped = escaped.replace(short, long)
    return escaped
