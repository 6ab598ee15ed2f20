"""Numbered lines of a file, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson

from ...event import LogRecord
from .blocks import DamagedError, blocks


class Line(NamedTuple):
    """A line that is not blank; `number` counts from 1, blank ones included."""

    number: int
    text: bytes


class Archived(NamedTuple):
    """A Kafka record as `kcat -J` prints it, at its own coordinate."""

    topic: str
    partition: int
    record: LogRecord


def lines(raw: BinaryIO) -> Iterator[Line]:
    """The lines, in order.

    Raises DamagedError after the last whole line where the file is cut; what
    stands of the line in which it was cut is not handed over.
    """
    number, rest = 1, b""
    for block in blocks(raw):
        *whole, rest = (rest + block).split(b"\n")
        for text in whole:
            if text.strip():
                yield Line(number, text)
            number += 1
    if rest.strip():
        yield Line(number, rest)


def archived(text: bytes) -> Archived | None:
    """The Kafka record of a `kcat -J` line; None for anything else."""
    if b'"offset"' not in text or b'"partition"' not in text or b'"topic"' not in text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    match found:
        case {"topic": str(topic), "partition": int(partition), "offset": int(offset)} if (
            "event_type" not in found and "type" not in found and partition >= 0 and offset >= 0
        ):
            return Archived(topic, partition, _record(found, offset))
    return None


def _record(found: dict[str, Any], offset: int) -> LogRecord:
    headers = found.get("headers")
    pairs = headers if isinstance(headers, list) else []
    stamp = found.get("ts")
    return LogRecord(
        offset,
        _bytes(found.get("payload")),
        _bytes(found.get("key")),
        stamp if isinstance(stamp, int) else None,
        [(str(n), _bytes(v)) for n, v in zip(pairs[::2], pairs[1::2], strict=False)],
    )


def _bytes(value: object) -> bytes | None:
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


__all__ = ["Archived", "DamagedError", "Line", "archived", "lines"]
