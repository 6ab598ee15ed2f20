"""Where fetched packages are kept, outside the checkout, and how they get there.

A folder of the cache is either whole or not there: it is filled under another name and then
renamed. Two processes do not fill the same folder at once; the second waits and finds it full.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "SC_ANALYTICS_TEST_CACHE"

_LOCK_TIMEOUT = 900.0
_CHUNK = 1024 * 1024


class WrongDigest(Exception):
    """A fetched file is not the one that was pinned."""


def cache_root() -> Path:
    """Return the cache's folder, which need not exist yet."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    # A relative XDG path is to be ignored, says its specification.
    parent = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return parent / "sc-analytics-tests"


def is_cached(name: str) -> bool:
    """Tell whether the folder ``name`` is there, and so is whole."""
    return (cache_root() / name).is_dir()


def cached(name: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder ``name`` of the cache; where it is missing, let ``fill`` fill it first.

    When ``fill`` raises, nothing is kept and the error is passed on.
    """
    root = cache_root()
    folder = root / name
    if folder.is_dir():
        return folder
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"{name}.lock"):
        if folder.is_dir():
            return folder
        for abandoned in root.glob(f"{name}.partial-*"):
            shutil.rmtree(abandoned)
        partial = Path(tempfile.mkdtemp(prefix=f"{name}.partial-", dir=root))
        try:
            fill(partial)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder


def check_digest(path: Path, algorithm: str, expected: str) -> None:
    """Raise ``WrongDigest`` unless the file has the ``expected`` digest, in hexadecimal."""
    digest = hashlib.new(algorithm)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != expected:
        raise WrongDigest(
            f"{path.name} has {algorithm} {digest.hexdigest()}, but {expected} is pinned"
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    deadline = time.monotonic() + _LOCK_TIMEOUT
    with path.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError(
                        f"another process has held {path} for {_LOCK_TIMEOUT:g} s"
                    ) from None
                time.sleep(0.2)
        yield
