"""One child process: started in its own process group, signalled by its pid, gone with us."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_KILL_TIMEOUT = 30.0


class Child:
    """A running child process whose output goes to the end of a log file.

    It leads its own session, so Ctrl-C in a terminal reaches only us, and we decide when it ends.
    On Linux the kernel kills it when we are killed, if it was started from the main thread.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        inherit: Sequence[int] = (),
    ) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                preexec_fn=die_with_parent(),
                pass_fds=inherit,
            )
        self.paused = False

    @property
    def pid(self) -> int:
        """Its process id, also once it has ended."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; minus the signal's number where a signal ended it."""
        return self._process.poll()

    def pause(self) -> None:
        """Stop its clock, and wait until it stands still: sockets stay open and nothing answers."""
        self._signal(signal.SIGSTOP)
        if self._process.returncode is None and hasattr(os, "waitid"):
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        self.paused = True

    def resume(self) -> None:
        """Undo ``pause``."""
        self._signal(signal.SIGCONT)
        self.paused = False

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        self._process.wait(_KILL_TIMEOUT)
        self.paused = False

    def terminate(self, timeout: float) -> None:
        """SIGTERM, and SIGKILL where that was not heeded within ``timeout`` seconds."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
        self.paused = False

    def _signal(self, number: signal.Signals) -> None:
        # poll() first: until we have reaped it, its pid can not belong to another process.
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)


def die_with_parent() -> Callable[[], None] | None:
    """Return what a new child must call so that it does not outlive this process.

    None where there is no such thing: off Linux, and in a thread, because the kernel's signal
    comes with the end of the *thread* that started the child.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # we died in between, and the signal will never come
            os._exit(1)

    return arm
