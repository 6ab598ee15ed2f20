"""A window of a terminal: all that is drawn in it, keys, and a size that changes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from typing import Self


class Window:
    """Runs `sc-analytics` on a pseudo-terminal; `text` is everything that was drawn so far."""

    def __init__(self, environment: Mapping[str, str], *arguments: str, columns: int = 100) -> None:
        self._mine, theirs = pty.openpty()
        self.resize(columns)
        own = {k: v for k, v in environment.items() if k not in ("COLUMNS", "LINES")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sc_analytics_cli", *arguments],
            env=own | {"TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.text = ""

    def resize(self, columns: int, lines: int = 50) -> None:
        """Give the window another size."""
        fcntl.ioctl(self._mine, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._mine, keys)

    def shows(self, words: str, after: int = 0, timeout: float = 60) -> int:
        """Wait until these words are drawn; returns where they end."""
        deadline = time.monotonic() + timeout
        while words not in self.text[after:]:
            assert time.monotonic() < deadline, f"{words!r} was not drawn\n{self.text[after:]}"
            self._read(0.2)
        return self.text.index(words, after) + len(words)

    def ends(self, timeout: float = 60) -> int:
        """Wait for the end; the exit code."""
        deadline = time.monotonic() + timeout
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"still running\n{self.text}"
            self._read(0.2)
        self._read(0.0)
        os.close(self._mine)
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
            os.close(self._mine)

    def _read(self, timeout: float) -> None:
        while select.select([self._mine], [], [], timeout)[0]:
            try:
                self.text += os.read(self._mine, 65_536).decode(errors="replace")
            except OSError:  # the other side has ended
                return
            timeout = 0.0
