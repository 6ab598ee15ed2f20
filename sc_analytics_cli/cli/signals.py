"""SIGINT and SIGTERM as a wish that a run reads between two steps."""

from __future__ import annotations

import os
import signal
from types import FrameType


class StopSignals:
    """`stopped()` is true after the first SIGINT or SIGTERM, or when the parent process is gone.

    A second signal interrupts at once: whoever sends it does not want to wait.
    """

    def __init__(self) -> None:
        self._wanted = False
        self._parent = os.getppid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def stopped(self) -> bool:
        """Whether the run should come to its end."""
        return self._wanted or os.getppid() != self._parent

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._wanted:
            raise KeyboardInterrupt
        self._wanted = True


def raise_on_sigterm() -> None:
    """Let SIGTERM interrupt like Ctrl-C, for commands that end by themselves."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
