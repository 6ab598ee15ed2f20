"""Documents as JSON text; instants and bytes at the top level keep their type.

They are written as MongoDB's Extended JSON writes them: `{"$date": "…"}` and
`{"$binary": "base64"}`. A document's own object of such a form is written inside
`{"$literal": …}`, so that it comes back as it is.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any, Final

import orjson

from ..errors import AnalyticsError
from ..fold.field import Document

_MARKS: Final = {"$date", "$binary", "$literal"}


def to_text(document: Document) -> str:
    """The document as one line of JSON; raises AnalyticsError for a value that has no such form."""
    try:
        return orjson.dumps({name: _plain(value) for name, value in document.items()}).decode()
    except orjson.JSONEncodeError as error:
        raise AnalyticsError(f"the store cannot hold a value: {error}") from error


def from_text(text: str) -> Document:
    """The document that `to_text` wrote."""
    return {name: _typed(value) for name, value in orjson.loads(text).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$date": value.isoformat()}
    if isinstance(value, bytes):
        return {"$binary": b64encode(value).decode()}
    if isinstance(value, dict) and len(value) == 1 and _MARKS & value.keys():
        return {"$literal": value}
    return value


def _typed(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        match value:
            case {"$date": str(text)}:
                return datetime.fromisoformat(text)
            case {"$binary": str(text)}:
                return b64decode(text)
            case {"$literal": dict(own)}:
                return own
    return value
