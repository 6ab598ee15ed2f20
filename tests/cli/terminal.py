"""A command on a terminal of its own, as a person has it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time

from tests.integration.product import started

from .command import Command


class Terminal:
    """Standard input and standard error are the terminal; standard output is a pipe."""

    def __init__(self, command: Command, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.seen = ""
        self.process = started(
            subprocess.Popen(
                [sys.executable, "-m", "sc_analytics_cli", *arguments, *command._flags],
                env=command._environment,
                stdin=theirs,
                stdout=subprocess.PIPE,
                stderr=theirs,
                text=True,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
            )
        )
        os.close(theirs)

    def wait_for(self, text: str, timeout: float = 60) -> None:
        """Read what it shows until this comes up."""
        deadline = time.monotonic() + timeout
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            assert self._read(1) or self.process.poll() is None, self.seen

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote to standard output."""
        assert self.process.stdout is not None
        out = self.process.stdout.read()
        self.process.stdout.close()
        code = self.process.wait(60)
        while self._read(0):
            pass
        os.close(self._ours)
        return code, out

    def _read(self, timeout: float) -> bool:
        if not select.select([self._ours], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Linux says so once the other side is closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)
