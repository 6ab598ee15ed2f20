"""Reads one record value by the letter of the event contract.

Written for clarity, not speed, and by other means than the product, so that a
mistake in one is unlikely to be repeated in the other.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_ID_BYTES = 512
MAX_INTEGER = 2**53 - 1
FIRST_YEAR, LAST_YEAR = 1970, 9998

# [0-9] and not \d: \d also matches the digits of other scripts.
_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?:[Zz]|([+-])([0-9]{2})(?::?([0-9]{2}))?)?"
)


class MalformedError(Exception):
    """The record is a dead letter of the projection that reads it."""


@dataclass(frozen=True)
class Event:
    """An event whose envelope has been checked; its payload has not."""

    id: str
    type: str
    at: datetime
    fields: dict[str, object]


def read_object(value: bytes) -> dict[str, object]:
    """Return the JSON object that a record value spells, else raise MalformedError."""
    try:
        # Decoded here, because json.loads would guess UTF-16 and UTF-32 from bytes.
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8") from None
    if text.startswith("\ufeff"):
        raise MalformedError("byte-order mark")
    try:
        parsed: object = json.loads(text, parse_int=_integer, parse_constant=_refuse)
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    except ValueError:
        raise MalformedError("not JSON") from None
    if not isinstance(parsed, dict):
        raise MalformedError("not a JSON object")
    return parsed


def _integer(digits: str) -> int:
    # int() refuses more than 4,300 digits, yet such a number is JSON, and it may stand in a
    # field that nobody uses. All that matters of it is that it is far outside the limits.
    return int(digits) if len(digits) <= 40 else 10**40


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def first_of(fields: dict[str, object], *names: str) -> object:
    """Return the value of the first name that is present; null counts as missing."""
    for name in names:
        value = fields.get(name)
        if value is not None:
            return value
    return None


def read_type(fields: dict[str, object]) -> str:
    """Return the event type, which is all that is read of an unlisted event."""
    found = first_of(fields, "event_type", "type")
    if not isinstance(found, str):
        raise MalformedError("event type cannot be read")
    return found


def read_event(fields: dict[str, object]) -> Event:
    """Check the envelope of a listed event."""
    return Event(
        id=read_id(first_of(fields, "event_id", "id"), "event id"),
        type=read_type(fields),
        at=read_instant(first_of(fields, "occurred_at", "time")),
        fields=fields,
    )


def read_payload(event: Event) -> dict[str, object]:
    """Return the payload of an event of which a payload field is needed."""
    payload = first_of(event.fields, "payload", "data")
    if not isinstance(payload, dict):
        raise MalformedError("payload is missing or not an object")
    return payload


def read_id(value: object, what: str, *, may_be_empty: bool = False) -> str:
    """Check an identifier."""
    if not isinstance(value, str):
        raise MalformedError(f"{what} is missing or not a string")
    if not value and not may_be_empty:
        raise MalformedError(f"{what} is empty")
    if "\0" in value:
        raise MalformedError(f"{what} contains U+0000")
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError:
        raise MalformedError(f"{what} contains a lone surrogate") from None
    if size > MAX_ID_BYTES:
        raise MalformedError(f"{what} is too long")
    return value


def read_cents(value: object, what: str) -> int:
    """Check an amount: a JSON integer from 0 to 2^53 - 1."""
    if type(value) is not int:  # bool is a subclass of int, hence not isinstance
        raise MalformedError(f"{what} is missing or not an integer")
    if not 0 <= value <= MAX_INTEGER:
        raise MalformedError(f"{what} is out of range")
    return value


def read_instant(value: object) -> datetime:
    """Return the UTC instant of a date-time, cut to whole seconds.

    The fraction is dropped rather than rounded: it cannot move an event into
    another hour, and rounding .999999999 up could.
    """
    if not isinstance(value, str):
        raise MalformedError("time is missing or not a string")
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        raise MalformedError("time is not a date-time")
    year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
    second = int(match[6] or 0)
    offset_hours, offset_minutes = int(match[8] or 0), int(match[9] or 0)
    if offset_hours > 23 or offset_minutes > 59:
        raise MalformedError("time has an impossible offset")
    offset = timedelta(hours=offset_hours, minutes=offset_minutes)
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        instant = local + offset if match[7] == "-" else local - offset
    except (ValueError, OverflowError):
        raise MalformedError("time does not exist") from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise MalformedError("time is outside the years 1970 to 9998")
    return instant
