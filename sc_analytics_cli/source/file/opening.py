"""Opening a file of events, and what goes wrong with files in terms of the product's errors."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Final, cast

from ...errors import NotThereError
from .blocks import CutError, DamagedError

STDIN: Final = "-"


def opened(path: str) -> BinaryIO:
    """The file, or a copy of what comes out of a pipe. Raises NotThereError."""
    with readable(path):
        if path == STDIN:
            return _spooled(sys.stdin.buffer)
        if Path(path).is_dir():
            raise NotThereError(f"{path} is a folder", advice="--source FILE.ndjson")
        raw = open(path, "rb")  # noqa: SIM115
        if raw.seekable():
            return raw
        with raw:
            return _spooled(raw)


def sha256(raw: BinaryIO) -> str:
    """The digest of all its bytes, in hexadecimal."""
    raw.seek(0)
    digest = hashlib.sha256()
    while block := raw.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Raise NotThereError for whatever keeps the file `name` from being read to its end."""
    try:
        yield
    except (CutError, DamagedError) as error:
        raise NotThereError(
            f"{name} could not be read to its end: {error}",
            cause="the file was cut or damaged on its way",
            advice="fetch it anew and type the command again: nothing is counted twice",
        ) from error
    except OSError as error:
        raise NotThereError(
            f"cannot read {name}: {error.strerror or error}",
            cause="the file is missing, or not readable for this user",
            advice="--source FILE.ndjson, FILE.ndjson.gz or FILE.ndjson.zst",
        ) from error


def _spooled(source: BinaryIO) -> BinaryIO:
    spool = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115
    try:
        copyfileobj(source, spool)
    except BaseException:
        spool.close()
        raise
    return spool
