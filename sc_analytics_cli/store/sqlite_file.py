"""Opening the embedded store's file, and SQLite's errors in terms of the product's own."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..errors import AnalyticsError, NotThereError, UnreachableError

_HELD: Final = ("another process holds it", "end the other process, or wait for its end")
_NO_SPACE: Final = ("the disk is full or failing", "make room, then type the command again")
_TRY_AGAIN: Final = {
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_FULL: _NO_SPACE,
    sqlite3.SQLITE_IOERR: _NO_SPACE,
}
_NOT_ALLOWED: Final = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_PAUSE: Final = 0.01

_creating = threading.Lock()


def open_file(path: Path, *, timeout: float) -> sqlite3.Connection:
    """Open or create the file in WAL mode, readable by its owner only where it is new."""
    deadline = time.monotonic() + timeout
    with translated(path):
        _create(path)
        # Absolute, so that a file called ":memory:" is a file.
        connection = sqlite3.connect(
            path.absolute(), timeout=timeout, isolation_level=None, check_same_thread=False
        )
        try:
            _use_wal(connection, deadline)
            connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise the product's error for whatever sqlite3 raises inside."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translation(path, error) from error


def _create(path: Path) -> None:
    """Create the file where there is none.

    One that exists is not opened here: closing it would drop every lock that
    other connections of this process hold on it, and their writes would be lost.
    """
    try:
        with _creating:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        effective = os.access in os.supports_effective_ids
        if path.is_dir() or not os.access(path, os.R_OK | os.W_OK, effective_ids=effective):
            raise _not_allowed(path, "not a file that this user may write") from None
    except OSError as error:
        raise _not_allowed(path, str(error.strerror)) from error


def _use_wal(connection: sqlite3.Connection, deadline: float) -> None:
    """Switch to WAL; SQLite does not wait by itself for others who are doing the same."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(_PAUSE)


def _code(error: sqlite3.Error) -> int:
    """The primary result code; 0 where sqlite3 itself raised, without asking the library."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _translation(path: Path, error: sqlite3.Error) -> AnalyticsError:
    code = _code(error)
    if code in _TRY_AGAIN:
        cause, advice = _TRY_AGAIN[code]
        what = f"the store file {path} cannot be used: {error}"
        return UnreachableError(what, cause=cause, advice=advice)
    if code in _NOT_ALLOWED:
        return _not_allowed(path, str(error))
    return AnalyticsError(
        f"the store file {path} cannot be read: {error}",
        cause="it is damaged, or not a store of sc-analytics",
        advice="choose another file: --store sqlite:///new.db",
    )


def _not_allowed(path: Path, reason: str) -> NotThereError:
    return NotThereError(
        f"cannot open the store file {path}: {reason}",
        cause="the folder is missing, or it or the file is not writable for this user",
        advice=f"mkdir -p {path.parent}",
    )
