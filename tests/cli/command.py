"""The command as a person types it, and what every refusal of it has in common."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import typer

from sc_analytics_cli.cli.app import app
from tests.integration.product import Outcome, Product, finish, started

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")

NOWHERE = "127.0.0.1:1"
"""An address where nothing listens."""

SECRET = "sekret"
"""The password in every address that has one."""


class Command(Product):
    """Runs `sc-analytics` against one store, with an environment of the test's own."""

    def __init__(self, store: str, *flags: str, servers: str = NOWHERE, **variables: str) -> None:
        super().__init__(servers, store, *flags)
        self._environment |= {"_TYPER_FORCE_DISABLE_TERMINAL": "1"} | variables
        for name in ("FORCE_COLOR", "PY_COLORS"):
            self._environment.pop(name, None)

    def fed(self, content: bytes, *arguments: str, timeout: float = 60) -> Outcome:
        """Run a command to its end with this on its standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "sc_analytics_cli", *arguments, *self._flags],
            env=self._environment,
            input=content,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def grouped(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a terminal does."""
        return started(
            subprocess.Popen(
                [sys.executable, "-m", "sc_analytics_cli", *arguments, *self._flags],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )

    def in_background(self, *arguments: str) -> tuple[subprocess.Popen[str], int]:
        """Let a shell start a command; returns the shell, which ends with its input, and a pid."""
        script = '"$@" >/dev/null 2>&1 & echo $!; read -r _; exit 0'
        line = [sys.executable, "-m", "sc_analytics_cli", *arguments, *self._flags]
        shell = started(
            subprocess.Popen(
                ["/bin/sh", "-c", script, "sh", *line],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert shell.stdout is not None
        return shell, int(shell.stdout.readline())


def refused(outcome: Outcome, code: int, *words: str, advised: bool = True) -> None:
    """It ended with this code, in these words on stderr alone, and says what to type next."""
    assert outcome.code == code, f"exit {outcome.code}\n{outcome.out}{outcome.err}"
    assert outcome.out == ""
    assert "error: " in outcome.err, outcome.err
    assert not advised or "\n  next:  " in outcome.err, outcome.err
    plain(outcome, *words)


def misused(outcome: Outcome, *words: str) -> None:
    """The parser of the command line refused it, in these words on stderr alone."""
    assert outcome.code == 2, f"exit {outcome.code}\n{outcome.out}{outcome.err}"
    assert outcome.out == ""
    plain(outcome, *words)


def plain(outcome: Outcome, *words: str) -> None:
    """These words are on stderr, but neither a traceback nor a password."""
    for word in words:
        assert word in outcome.err, f"{word!r} is not in\n{outcome.err}"
    assert "Traceback" not in outcome.err, outcome.err
    assert SECRET not in outcome.err, outcome.err


def side_by_side(runs: Mapping[Key, Callable[[], Result]], width: int = 4) -> dict[Key, Result]:
    """The results of several runs, `width` of them at a time, as most of them wait."""
    with ThreadPoolExecutor(width) as pool:
        futures = {key: pool.submit(run) for key, run in runs.items()}
        return {key: future.result() for key, future in futures.items()}


def commands(group: Any = None, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that the product has, groups included, with the words that lead to it."""
    group = group or typer.main.get_command(app)
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, *path, name)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The process ids of a command's own children that do its work."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(row[0]) for row in rows if int(row[1]) == process.pid and "spawn_main" in row[2]]


def lives(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def killed(process: subprocess.Popen[str]) -> Outcome:
    """Kill a process with -9 and reap it."""
    process.send_signal(signal.SIGKILL)
    return finish(process)
