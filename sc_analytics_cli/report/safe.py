"""Text from events on a terminal."""

from __future__ import annotations


def harmless(text: str) -> str:
    r"""Text from an event, safe on a terminal: what does not print is shown as `\x1b`, `\u202e`.

    That covers control characters, bidirectional overrides and isolates, line
    separators and invisible format characters. The empty text is `(empty)`.
    """
    shown = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
    return shown or "(empty)"
