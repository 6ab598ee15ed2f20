"""Header names that are no UTF-8.

Kafka takes any bytes for the name of a header; the driver cannot read the record
then, and every later poll fails at the same place. One such record would stop a
consumer for ever.
"""

from __future__ import annotations

from typing import Any

from kafka.record.default_records import DefaultRecordBatch
from kafka.record.util import decode_varint

_read = DefaultRecordBatch._read_msg


def tolerate_any_name() -> None:
    """From here on, what is no UTF-8 in the name of a header is read as question marks."""
    DefaultRecordBatch._read_msg = _read_tolerantly


def _read_tolerantly(batch: Any) -> Any:
    try:
        return _read(batch)
    except UnicodeDecodeError:
        _mend(batch._buffer, batch._pos)
        return _read(batch)


def _mend(buffer: bytearray, at: int) -> None:
    """Rewrite the header names of the record that begins at `at`, each at its old length.

    Length, attributes, timestamp and offset, then key and value with their
    lengths, then the headers: record format of KIP-98.
    """
    for _ in range(4):
        _, at = decode_varint(buffer, at)
    for _ in range(2):
        size, at = decode_varint(buffer, at)
        at += max(0, size)
    count, at = decode_varint(buffer, at)
    for _ in range(count):
        size, at = decode_varint(buffer, at)
        try:
            buffer[at : at + size].decode("utf-8")
        except UnicodeDecodeError:
            name = buffer[at : at + size]
            buffer[at : at + size] = bytes(each if each < 128 else ord("?") for each in name)
        at += size
        size, at = decode_varint(buffer, at)
        at += max(0, size)
