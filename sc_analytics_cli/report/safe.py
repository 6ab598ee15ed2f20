"""Text from events on a terminal."""

from __future__ import annotations

import json
import re
from typing import Final

EMPTY: Final = "(empty)"

_ASCII: Final = re.compile(rb"[\x20-\x7e\n]*")
_BEYOND: Final = re.compile(r"[^\x20-\x7e\n]")


def harmless(text: str) -> str:
    r"""Text from an event, safe on a terminal: what does not print is shown as `\x1b`, `\u202e`.

    That covers control characters, bidirectional overrides and isolates, line
    separators and invisible format characters. The empty text is `(empty)`.
    """
    if text.isprintable():
        return text or EMPTY
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def harmless_json(content: bytes) -> bytes:
    r"""The same JSON, with what does not print written as `\u…` escapes.

    JSON itself escapes only what is below U+0020; U+009B, which begins an escape
    sequence too, and bidirectional overrides would go to the terminal as they are.
    """
    if _ASCII.fullmatch(content):
        return content
    return _BEYOND.sub(_escaped, content.decode("utf-8")).encode("utf-8")


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]
