"""Reading the records of a batch, in the place of the driver's own way.

Two reasons. Kafka takes any bytes for the name of a header; the driver cannot read
such a record, and every later poll fails at the same place: one would stop a
consumer for ever. And the driver calls a function for each of the seven or more
variable-length integers of a record, nearly all of which have one or two bytes:
read in line they cost a fifth of a poll less (docs/performance.md).

It stands in for a private method of kafka-python: its contract suite shows that
it still fits when the driver is upgraded.
"""

from __future__ import annotations

from typing import Any, Final

from kafka.errors import CorruptRecordError
from kafka.record.default_records import ControlRecord, DefaultRecord, DefaultRecordBatch
from kafka.record.util import decode_varint

_MORE: Final = 0x80
"""Set in every byte of a variable-length integer but the last (KIP-98, zigzag)."""


def read_in_line() -> None:
    """From here on, every consumer of this process reads records as this module does."""
    DefaultRecordBatch._read_msg = _read_record


def _read_record(batch: Any) -> Any:
    """The record at the batch's position: length, attributes, timestamp and offset, key, value.

    Raises CorruptRecordError where its parts do not add up to its length.
    """
    buffer, at = batch._buffer, batch._pos
    length, at = _integer(buffer, at)
    end = at + length
    at += 1  # attributes: none is in use
    byte = buffer[at]
    if byte < _MORE:
        delta, at = (byte >> 1) ^ -(byte & 1), at + 1
    else:
        delta, at = _integer(buffer, at)
    byte = buffer[at]
    if byte < _MORE:
        offset, at = (byte >> 1) ^ -(byte & 1), at + 1
    else:
        offset, at = _integer(buffer, at)
    key, at = _bytes(buffer, at)
    value, at = _bytes(buffer, at)
    byte = buffer[at]
    if byte == 0:
        headers: list[tuple[str, bytes | None]] = []
        at += 1
    else:
        headers, at = _headers(buffer, at)
    if at != end:
        raise CorruptRecordError(f"a record of {length} bytes ends {at - end} bytes off")
    batch._pos = at
    kind = batch.timestamp_type
    appended = kind == batch.LOG_APPEND_TIME
    timestamp = batch.max_timestamp if appended else batch.first_timestamp + delta
    record = ControlRecord if batch.is_control_batch else DefaultRecord
    return record(length, batch.base_offset + offset, timestamp, kind, key, value, headers)


def _integer(buffer: bytearray, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends."""
    low = buffer[at]
    if low < _MORE:
        return (low >> 1) ^ -(low & 1), at + 1
    high = buffer[at + 1]
    if high < _MORE:
        whole = (low & 0x7F) | (high << 7)
        return (whole >> 1) ^ -(whole & 1), at + 2
    found: tuple[int, int] = decode_varint(buffer, at)
    return found


def _bytes(buffer: bytearray, at: int) -> tuple[bytes | None, int]:
    """Bytes behind their length, None for a length of -1, and where they end."""
    size, at = _integer(buffer, at)
    if size < 0:
        return None, at
    return bytes(buffer[at : at + size]), at + size


def _headers(buffer: bytearray, at: int) -> tuple[list[tuple[str, bytes | None]], int]:
    count, at = _integer(buffer, at)
    if count < 0:
        raise CorruptRecordError(f"a record with {count} headers")
    headers = []
    for _ in range(count):
        name, at = _bytes(buffer, at)
        if name is None:
            raise CorruptRecordError("a header without a name")
        value, at = _bytes(buffer, at)
        headers.append((_text(name), value))
    return headers, at


def _text(name: bytes) -> str:
    """The name of a header; one that is no UTF-8 with question marks for what is not ASCII."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(each if each < _MORE else ord("?") for each in name).decode("ascii")
