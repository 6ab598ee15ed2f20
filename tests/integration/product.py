"""The product as its user runs it: a process, its flags, its exit code, its words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, AnyStr, NamedTuple

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 150.0
"""Seconds until a test gives up what is bound to come; a machine may be busy with other things."""


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


_tests: list[list[subprocess.Popen[Any]]] = []
"""What each of the tests that run now has started; there is one at most."""


def started(process: subprocess.Popen[AnyStr]) -> subprocess.Popen[AnyStr]:
    """Remember a process, so that it ends with the test that started it."""
    if _tests:
        _tests[-1].append(process)
    return process


@contextmanager
def none_left() -> Iterator[None]:
    """At the end, kill what was `started` inside and still runs, and close its pipes.

    A child that a failed test leaves behind would make an innocent one fail later.
    """
    _tests.append([])
    try:
        yield
    finally:
        for process in _tests.pop():
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


class Product:
    """Runs `sc-analytics` against one broker and one store."""

    def __init__(self, servers: str, store: str, *flags: str) -> None:
        self.store = store
        self._flags = flags
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SC_ANALYTICS_")
        } | {
            "SC_ANALYTICS_BOOTSTRAP_SERVERS": servers,
            "SC_ANALYTICS_STORE": store,
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "140",
            "XDG_CONFIG_HOME": str(ROOT / "no-configuration"),
        }

    def on(self, store: str) -> Product:
        """The same against another store."""
        other = Product("", store, *self._flags)
        other._environment = self._environment | {"SC_ANALYTICS_STORE": store}
        return other

    def start(
        self, *arguments: str, stdin: int | None = None, log: IO[str] | None = None
    ) -> subprocess.Popen[str]:
        """Start a command and let it run; what it says goes to `log`, where one is given."""
        return started(
            subprocess.Popen(
                [sys.executable, "-m", "sc_analytics_cli", *arguments, *self._flags],
                env=self._environment,
                stdin=stdin or subprocess.DEVNULL,
                stdout=log or subprocess.PIPE,
                stderr=log or subprocess.PIPE,
                text=True,
            )
        )

    def run(self, *arguments: str, timeout: float = 180) -> Outcome:
        """Run a command to its end; it is killed after `timeout` seconds."""
        return finish(self.start(*arguments), timeout)

    def ok(self, *arguments: str, timeout: float = 180) -> str:
        """Run a command that must exit with 0; its stdout."""
        outcome = self.run(*arguments, timeout=timeout)
        assert outcome.code == 0, f"{arguments}: exit {outcome.code}\n{outcome.err}"
        return outcome.out


def finish(process: subprocess.Popen[str], timeout: float = PATIENCE) -> Outcome:
    """Wait for the end of a process that was started."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {timeout} s\n{out}\n{err}") from None
    return Outcome(process.returncode, out, err)


def stop(
    process: subprocess.Popen[str], number: int = signal.SIGTERM, timeout: float = PATIENCE
) -> Outcome:
    """Send a signal and wait for the end."""
    process.send_signal(number)
    return finish(process, timeout)


def wait_until(condition: object, timeout: float = PATIENCE, what: str = "the condition") -> None:
    """Poll a function until it answers true; raise after `timeout` seconds."""
    assert callable(condition)
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come about within {timeout} s"
        time.sleep(0.1)


def database_of(uri: str) -> str:
    """The database that a MongoDB address names."""
    return uri.rpartition("/")[2].partition("?")[0]


def lines_of(text: str) -> Sequence[str]:
    """The lines that are not blank."""
    return [line for line in text.splitlines() if line.strip()]
