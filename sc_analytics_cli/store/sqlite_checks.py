"""Whether the embedded store's file can be written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from ..errors import NotThereError
from ..examination import Check
from .port import SETTINGS
from .sqlite import SqliteStore

FILE = "store file"


def sqlite_checks(path: Path, store: Callable[[], SqliteStore]) -> list[Check]:
    """The checks of a file; one that does not exist is not created."""
    checks = [
        Check("SQLite", lambda: f"{sqlite3.sqlite_version}, built in"),
        Check(FILE, lambda: _file(path)),
    ]
    if path.exists():
        checks.append(Check("write and read", lambda: _write_and_read(store()), [FILE]))
    return checks


def _file(path: Path) -> str:
    if path.exists():
        return f"{path} is there, {path.stat().st_size:,} bytes"
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NotThereError(
            f"{path} cannot be created in {folder}",
            cause="the folder is missing, or not writable for this user",
            advice=f"mkdir -p {folder}",
        )
    return f"{path} will be created by the first run"


def _write_and_read(store: SqliteStore) -> str:
    name = f"doctor-{uuid4().hex}"
    (rev,) = store.swap(SETTINGS, [{"_id": name}]).values()
    store.remove(SETTINGS, [store.load(SETTINGS, [name])[name] | {"rev": rev}])
    return "wrote a document, read it back, removed it"
