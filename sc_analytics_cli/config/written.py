"""What somebody wrote about a setting, and where."""

from __future__ import annotations

from typing import NamedTuple


class Written(NamedTuple):
    """The text of a setting; `origin` names its place for a person."""

    text: str
    origin: str
