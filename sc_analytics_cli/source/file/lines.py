"""Numbered lines of a file, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

import orjson

from ...event import LogRecord
from .blocks import blocks

_MOST_PARTITION: Final = 2**31 - 1
_MOST_OFFSET: Final = 2**63 - 2


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
    """The lines, in order, without their LF or CRLF.

    Raises CutError after the last whole line where the file is cut; what stands
    of the line in which it was cut is not handed over. Raises DamagedError.
    """
    number, parts = 1, [b""]
    for block in blocks(raw):
        first, *rest = block.split(b"\n")
        parts.append(first)
        if not rest:
            continue
        for text in (b"".join(parts), *rest[:-1]):
            if text.strip():
                yield Line(number, text.removesuffix(b"\r"))
            number += 1
        parts = rest[-1:]
    last = b"".join(parts)
    if last.strip():
        yield Line(number, last.removesuffix(b"\r"))


def archived(text: bytes) -> Archived | None:
    """The Kafka record of a `kcat -J` line; None for anything else."""
    if b'"offset"' not in text or b'"partition"' not in text or b'"topic"' not in text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    match found:
        case {"topic": str(topic), "partition": partition, "offset": offset} if (
            topic
            and "event_type" not in found
            and "type" not in found
            and _counts(partition, _MOST_PARTITION)
            and _counts(offset, _MOST_OFFSET)
        ):
            return Archived(topic, partition, _record(found, offset))
    return None


def _counts(value: object, most: int) -> bool:
    """Whether it is an integer (true is none) from 0 to `most`."""
    return type(value) is int and 0 <= value <= most


def _record(found: dict[str, Any], offset: int) -> LogRecord:
    headers = found.get("headers")
    pairs = headers if isinstance(headers, list) else []
    stamp = found.get("ts")
    return LogRecord(
        offset,
        _bytes(found.get("payload")),
        _bytes(found.get("key")),
        stamp if type(stamp) is int else None,
        [(str(n), _bytes(v)) for n, v in zip(pairs[::2], pairs[1::2], strict=False)],
    )


def _bytes(value: object) -> bytes | None:
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else orjson.dumps(value)
