"""What somebody wrote about a setting, and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Written(NamedTuple):
    """The text of a setting; `origin` names its place for a person."""

    text: str
    origin: str


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one is nearest to, if any is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), 1)
    return near[0] if near else None
