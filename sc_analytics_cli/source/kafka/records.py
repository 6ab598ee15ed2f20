"""The records of one batch.

    length, attributes, timestamp and offset (both from the batch's), key, value, headers

(KIP-98.) Integers are of variable length, one or two bytes long nearly always:
those of one byte are read in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kafka.errors import CorruptRecordError, KafkaError
from kafka.record.util import decode_varint

from ...event import LogRecord

_MORE: Final = 0x80
"""Set in every byte of a variable-length integer but the last; zigzag."""

Headers = tuple[tuple[str, bytes | None], ...]


def records_of(batch: Any) -> Iterator[LogRecord]:
    """What a batch of the second format holds.

    Raises CorruptRecordError where it cannot be decompressed, or the parts of a record
    do not add up to its length.
    """
    data, at = _decompressed(batch)
    first_offset, first_timestamp = batch.base_offset, batch.first_timestamp
    appended = batch.max_timestamp if batch.timestamp_type == batch.LOG_APPEND_TIME else None
    new = tuple.__new__
    try:
        for _ in range(batch.records_count):
            length, at = _integer(data, at)
            end = at + length
            at += 1  # attributes: none is in use
            low = data[at]
            if low < _MORE:
                later, at = (low >> 1) ^ -(low & 1), at + 1
            else:
                later, at = _integer(data, at)
            low = data[at]
            if low < _MORE:
                further, at = (low >> 1) ^ -(low & 1), at + 1
            else:
                further, at = _integer(data, at)
            low = data[at]
            if low < _MORE:
                size, at = (low >> 1) ^ -(low & 1), at + 1
            else:
                size, at = _integer(data, at)
            if size < 0:
                key = None
            else:
                key = data[at : at + size]
                at += size
            size, at = _integer(data, at)
            if size < 0:
                value = None
            else:
                value = data[at : at + size]
                at += size
            headers: Headers = ()
            if data[at]:
                headers, at = _headers(data, at)
            else:
                at += 1
            if at != end:
                raise CorruptRecordError(f"a record of {length} bytes ends {at - end} bytes off")
            timestamp = first_timestamp + later if appended is None else appended
            yield new(LogRecord, (first_offset + further, value, key, timestamp, headers))
    except (IndexError, ValueError) as error:
        raise CorruptRecordError(f"a record that cannot be taken apart at {at}") from error
    if at != len(data):
        raise CorruptRecordError(f"{len(data)} bytes end {at - len(data)} bytes off")


def _decompressed(batch: Any) -> tuple[bytes, int]:
    """The batch's bytes without compression, and where its records begin in them."""
    try:
        iter(batch)
    except KafkaError:
        raise
    except Exception as error:  # each codec's library raises what it likes
        raise CorruptRecordError(f"it cannot be decompressed: {error}") from error
    return bytes(batch._buffer), batch._pos


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends."""
    low = data[at]
    if low < _MORE:
        return (low >> 1) ^ -(low & 1), at + 1
    high = data[at + 1]
    if high < _MORE:
        whole = (low & 0x7F) | (high << 7)
        return (whole >> 1) ^ -(whole & 1), at + 2
    found: tuple[int, int] = decode_varint(data, at)
    return found


def _bytes(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Bytes behind their length, None for a length of -1, and where they end."""
    size, at = _integer(data, at)
    if size < 0:
        return None, at
    return data[at : at + size], at + size


def _headers(data: bytes, at: int) -> tuple[Headers, int]:
    count, at = _integer(data, at)
    if count < 0:
        raise CorruptRecordError(f"a record with {count} headers")
    headers = []
    for _ in range(count):
        name, at = _bytes(data, at)
        if name is None:
            raise CorruptRecordError("a header without a name")
        value, at = _bytes(data, at)
        headers.append((_text(name), value))
    return tuple(headers), at


def _text(name: bytes) -> str:
    """The name of a header; one that is no UTF-8 with question marks for what is not ASCII."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return bytes(each if each < _MORE else ord("?") for each in name).decode("ascii")
