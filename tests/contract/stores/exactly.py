"""Comparing documents without Python's leniency: 1, 1.0 and True are three values."""

import struct
from datetime import UTC, datetime
from typing import Any


def exactly(value: Any) -> Any:
    """A form of the value that equals another's only where type and value are the same.

    The order of keys does not count, nor does the zone in which an instant is told.
    """
    match value:
        case dict():
            return {key: exactly(each) for key, each in value.items()}
        case list():
            return [exactly(each) for each in value]
        case bool() | None | str() | bytes():
            return type(value).__name__, value
        case int():
            return "int", int(value)
        case float():
            return "float", struct.pack(">d", value)
        case datetime():
            return "instant", value.astimezone(UTC)
    raise TypeError(f"no such value in a document: {value!r}")
