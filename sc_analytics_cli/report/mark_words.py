"""Marks as plain text: a sign and words."""

from __future__ import annotations

from .figures import weekday_of
from .marks import Mark


def sign(mark: Mark) -> str:
    """What stands before a marked figure: which way it is out of the ordinary."""
    return sign_of(mark.beyond)


def sign_of(beyond: float) -> str:
    """The same of so many spreads beyond the ordinary; nothing of none."""
    return "▲" if beyond > 0 else "▼" if beyond < 0 else ""


def signed_words(mark: Mark) -> str:
    """`▼ Payment success rate 71.0 %, usually 92.1–95.4 %`."""
    return f"{sign(mark)} {mark.words}"


def dated_words(mark: Mark) -> str:
    """The same with the date, where marks are of several."""
    return f"{sign(mark)} {weekday_of(mark.date)}  {mark.words}"
