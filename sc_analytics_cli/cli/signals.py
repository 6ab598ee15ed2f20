"""SIGINT and SIGTERM as a wish that a run reads between two steps."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process, resource_tracker
from types import FrameType
from typing import Final

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
_CAN_HOLD_BACK: Final = hasattr(signal, "pthread_sigmask")


class StopSignals:
    """`stopped()` is true after the first SIGINT or SIGTERM.

    A second signal interrupts at once: whoever sends it does not want to wait.
    """

    def __init__(self) -> None:
        self._wanted = False
        for number in _STOPPING:
            signal.signal(number, self._note)
        if _CAN_HOLD_BACK:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)

    def stopped(self) -> bool:
        """Whether the run should come to its end."""
        return self._wanted

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._wanted:
            raise KeyboardInterrupt
        self._wanted = True


class ChildSignals(StopSignals):
    """The same for a process that another one started; also true when that one is gone.

    No signal interrupts here. A terminal and most service managers send theirs to
    both, and the parent passes its own on, so that one wish arrives twice. The
    parent kills whoever takes too long.
    """

    def stopped(self) -> bool:
        """See StopSignals.stopped."""
        parent = parent_process()
        return self._wanted or (parent is not None and parent.pid != os.getppid())

    def ended(self) -> None:
        """From here on no signal has an effect.

        Python lets go of its handlers before the process is gone, and a wish that
        arrives twice would then kill it.
        """
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._wanted = True


@contextmanager
def held_back() -> Iterator[None]:
    """Signals that come inside arrive after it.

    To a process that is started inside they arrive when it has made its
    `ChildSignals`: none ends it while it is still loading.
    """
    if not _CAN_HOLD_BACK:
        yield
        return
    # Python starts it with the first process, and then lets these two signals through.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def raise_on_sigterm() -> None:
    """Let SIGTERM interrupt like Ctrl-C, for commands that end by themselves."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
