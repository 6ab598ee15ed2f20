"""The six consumers, and what each of them says in a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.integration.documents import PROJECTIONS
from tests.integration.product import Product

SESSION_SECONDS = 4.0
FLAGS = (
    *("--timeout", "4", "--session-timeout", f"{SESSION_SECONDS:g}s"),
    *("--flush-interval", "500ms", "--flush-records", "1000", "--log-format", "json"),
)
_STOP_SECONDS = 120
_UNREACHABLE = 5


class Consumer:
    """One of two of a projection; the second of them is `spared`: frozen at times, never killed.

    So there is one whose memory can be looked at from the beginning to the end.
    """

    def __init__(self, product: Product, projection: str, number: int, directory: Path) -> None:
        self.name = f"{projection} {number}"
        self.spared = number == 2
        self.frozen = False
        self.log = directory / f"{self.name.replace(' ', '-')}.log"
        self._product = product
        self._projection = projection
        self._process: subprocess.Popen[str] | None = None
        self._begin = 0

    def start(self) -> None:
        """Start it, again."""
        with self.log.open("a") as log:
            self._begin = log.tell()
            self._process = self._product.start("consume", self._projection, log=log)

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def code(self) -> int | None:
        """How it ended; None while it lives, and after `kill`."""
        return self._process.poll() if self._process else None

    def refused_to_start(self) -> bool:
        """Whether it ended at its start because a server was away, as it is documented."""
        with self.log.open(errors="replace") as log:
            log.seek(self._begin)
            return self.code() == _UNREACHABLE and " joins " not in log.read()

    def kill(self) -> None:
        """SIGKILL, frozen or not."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process, self.frozen = None, False

    def freeze(self) -> None:
        """SIGSTOP."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            self.frozen = True

    def thaw(self) -> None:
        """SIGCONT."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
        self.frozen = False

    def stop(self) -> int:
        """SIGTERM; its exit code, or that of SIGKILL where it does not end."""
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def last_words(self) -> str:
        """The end of its log."""
        return tail(self.log)

    def conflicts(self) -> int:
        """How many swaps it has lost, as far as it came to say so."""
        return sum(each.get("conflicts", 0) for each in self._facts() if "in_seconds" in each)

    def _facts(self) -> Iterator[dict]:
        with self.log.open(errors="replace") as lines:
            for line in lines:
                # A line is cut where the process was killed.
                if line.startswith("{") and line.endswith("}\n"):
                    yield json.loads(line)


def crew(product: Product, directory: Path) -> list[Consumer]:
    """Two for each projection."""
    return [
        Consumer(product, projection, number, directory)
        for projection in PROJECTIONS
        for number in (1, 2)
    ]


def tail(path: Path, size: int = 1500) -> str:
    """The end of a file."""
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - size))
        return file.read().decode(errors="replace")
