"""Temporary directories that do not outlive the processes using them.

A directory is locked for as long as the process that made it, or a server running in it, lives.
One whose lock is free was left by a process that was killed, and is removed the next time a
directory is made.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "sc-analytics-test-"
_LOCK = "in-use.lock"


class WorkDirectory:
    """A locked temporary directory."""

    def __init__(self, kind: str) -> None:
        _remove_abandoned()
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}-"))
        # Locked under another name first: seen unlocked, it would be taken for abandoned.
        unnamed = self.path / "new.lock"
        self.lock = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        unnamed.rename(self.path / _LOCK)

    def remove(self) -> None:
        """Delete the directory; the second call does nothing."""
        if self.lock < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)
        self.lock = -1


def _remove_abandoned() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # another user's, or another process is removing it
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
        except BlockingIOError:
            pass  # in use
        finally:
            os.close(handle)
