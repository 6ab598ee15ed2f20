"""Standard output as a screen: as wide as it is, in the letters that it can show."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Final, TextIO

from ..report.drawing import ascii_only

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_ELSEWHERE: Final = 140
"""Columns where there is no terminal: in a pipe or a file nothing need be left out."""


class AsciiFile:
    """A text file that gets ASCII only; rich takes it for one that can show everything.

    It would draw its tables wider otherwise. What does the drawing here has its
    likeness in ASCII, a letter for a letter.
    """

    encoding = "utf-8"

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write what the text looks like in ASCII."""
        return self._file.write(ascii_only(text))

    def flush(self) -> None:
        """See the file."""
        self._file.flush()

    def isatty(self) -> bool:
        """See the file."""
        return self._file.isatty()

    def fileno(self) -> int:
        """See the file."""
        return self._file.fileno()


def screen() -> Console:
    """A rich Console on standard output."""
    from rich.console import Console

    file: IO[str] = sys.stdout
    width = None
    if not file.isatty() and not os.environ.get("COLUMNS", "").isdecimal():
        width = WIDTH_ELSEWHERE
    if not shows_unicode(sys.stdout):
        file = AsciiFile(sys.stdout)  # type: ignore[assignment]
    return Console(file=file, width=width, highlight=False)


def shows_unicode(file: TextIO) -> bool:
    """Whether bars and other letters can be written there.

    Python writes UTF-8 also where the locale is called C. Who names C expressly,
    and no encoding, has a terminal without it.
    """
    if "utf" not in (file.encoding or "").lower():
        return False
    if os.environ.get("PYTHONIOENCODING"):
        return True
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG")
    return locale not in ("C", "POSIX")
