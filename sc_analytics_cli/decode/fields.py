"""Strict readings of single fields; each either answers or raises Rejected with the reason."""

from __future__ import annotations

from typing import Any, Final

Envelope = dict[str, Any]
"""A record's JSON object, before any of its fields is checked."""

MAX_ID_BYTES: Final = 512
MAX_INTEGER: Final = 2**53 - 1


class Rejected(ValueError):
    """The record is a dead letter for this reading; the text is the reason.

    It never leaves the decoder: `read` turns it into a DeadLetter.
    """


def either(envelope: Envelope, name: str, other: str) -> Any:
    """The value under `name`, or under `other` where the first is missing or null."""
    value = envelope.get(name)
    return envelope.get(other) if value is None else value


def payload(envelope: Envelope) -> Envelope:
    """The payload object; an empty one where there is none."""
    value = either(envelope, "payload", "data")
    if value is None:
        return {}
    if type(value) is not dict:
        raise Rejected("payload is not an object")
    return value


def identifier(value: object, name: str) -> str:
    """A string of at most 512 bytes of UTF-8 without U+0000; it may be empty."""
    if type(value) is not str:
        raise Rejected(f"{name} is missing" if value is None else f"{name} is not a string")
    try:
        size = len(value) if value.isascii() else len(value.encode("utf-8"))
    except UnicodeEncodeError:
        raise Rejected(f"{name} holds a lone surrogate") from None
    if size > MAX_ID_BYTES:
        raise Rejected(f"{name} is longer than {MAX_ID_BYTES} bytes")
    if "\0" in value:
        raise Rejected(f"{name} holds U+0000")
    return value


def nonempty(value: object, name: str) -> str:
    """An `identifier` that is not empty."""
    checked = identifier(value, name)
    if not checked:
        raise Rejected(f"{name} is empty")
    return checked


def cents(value: object, name: str) -> int:
    """A JSON integer from 0 to 2^53 - 1; true, 1.0 and "1" are none."""
    if type(value) is not int:
        raise Rejected(f"{name} is missing" if value is None else f"{name} is not an integer")
    if value < 0:
        raise Rejected(f"{name} is negative")
    if value > MAX_INTEGER:
        raise Rejected(f"{name} is above 2^53 - 1")
    return value


def order_id(envelope: Envelope, fields: Envelope) -> str:
    """The payload's `order_id`, else the envelope's aggregate id."""
    value = fields.get("order_id")
    if value is None:
        value = either(envelope, "aggregate_id", "subject")
        if type(value) is not str:
            raise Rejected("order_id is missing")
    return nonempty(value, "order_id")
