"""Backfills and replays while everything goes on, some of them killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import monotonic

from tests.integration.documents import PROJECTIONS
from tests.integration.product import Product

from .agenda import Book
from .crew import tail
from .producing import DAYS, FIRST_DAY

FLAGS = ("--timeout", "20")
AT_ONCE = 2
_DONE, _UNREACHABLE, _WORKER_DIED = 0, 5, 1
_STUCK_SECONDS = 420.0


@dataclass
class _Running:
    words: Sequence[str]
    process: subprocess.Popen[str]
    log: Path
    began: float
    worker_killed: bool = False

    @property
    def kind(self) -> str:
        return self.words[0] + "s"


class Rebuilding:
    """Starts commands that rewrite documents, and judges how they ended."""

    def __init__(self, product: Product, directory: Path, book: Book, chance: Random) -> None:
        self._product = product
        self._directory = directory
        self._book = book
        self._chance = chance
        self._running: list[_Running] = []
        self._number = 0

    def another(self) -> None:
        """Start one more, unless enough of them are running."""
        words = self._backfill() if self._chance.random() < 0.65 else self._replay()
        if len(self._running) >= AT_ONCE:
            return
        self._number += 1
        log = self._directory / f"{words[0]}-{self._number}.log"
        with log.open("w") as file:
            process = self._product.start(*words, log=file)
        self._running.append(_Running(words, process, log, monotonic()))

    def kill_one(self) -> None:
        """Kill one of them with -9, or one of its workers."""
        if not self._running:
            return
        victim = self._chance.choice(self._running)
        workers = children(victim.process.pid)
        if workers and self._chance.random() < 0.5:
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(workers), signal.SIGKILL)
            victim.worker_killed = True
        else:
            victim.process.kill()

    def attend(self) -> None:
        """Judge those that have ended."""
        for each in list(self._running):
            code = each.process.poll()
            if code is not None:
                self._running.remove(each)
                self._judge(each, code)
            elif monotonic() - each.began > _STUCK_SECONDS:
                self._book.wrong(f"{' '.join(each.words)} does not end: {tail(each.log)}")
                each.process.kill()

    @property
    def pids(self) -> list[int]:
        """Of those that are running."""
        return [each.process.pid for each in self._running]

    def kill_all(self) -> None:
        """Leave nothing behind."""
        for each in self._running:
            each.process.kill()
            each.process.wait()

    def _judge(self, each: _Running, code: int) -> None:
        if code == -signal.SIGKILL:
            self._book.did(f"{each.kind} killed with -9")
        elif code == _DONE:
            self._book.did(each.kind)
        elif code == _UNREACHABLE:
            self._book.did(f"{each.kind} given up, a server away (exit 5)")
        elif each.worker_killed and code == _WORKER_DIED:
            self._book.did(f"{each.kind} ended by a worker's death")
        else:
            self._book.wrong(f"{' '.join(each.words)}: exit {code}: {tail(each.log)}")
            return
        each.log.unlink()

    def _backfill(self) -> list[str]:
        first = date.fromisoformat(FIRST_DAY)
        begin = self._chance.randrange(DAYS)
        end = self._chance.randrange(begin, DAYS)
        dates = "..".join(str(first + timedelta(days)) for days in (begin, end))
        return ["backfill", *self._names(), "--date", dates, "--yes", *self._workers()]

    def _replay(self) -> list[str]:
        return ["replay", *self._names(), "--from-offset", "earliest", *self._workers()]

    def _names(self) -> list[str]:
        return self._chance.choice([["all"], ["all"], [self._chance.choice(PROJECTIONS)]])

    def _workers(self) -> list[str]:
        return ["--workers", str(self._chance.choice((1, 2)))]


def children(parent: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if entry.name.isdigit() and int(fields[1]) == parent:
                found.append(int(entry.name))
    return found
