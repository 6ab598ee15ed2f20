"""Several pieces of work at once, each in a process of its own, ended together."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from ..errors import AnalyticsError, InterruptedRunError
from ..run.ports import NOWHERE, Level, Observer, Pulse, Where
from ..run.tally import Tally
from .failures import report
from .garbage import collected_rarely
from .signals import ChildSignals, StopSignals, held_back

Work = Callable[[Observer, Callable[[], bool]], object]
"""What a process does; it and its result must be picklable. It asks the second argument whether
to stop."""

_GRACE_SECONDS = 45.0


@dataclass(frozen=True)
class Job:
    """A piece of work and the name that its process goes by in messages."""

    name: str
    work: Work


def run_jobs(jobs: Sequence[Job], observer: Observer, *, drain: bool = False) -> list[Any]:
    """Run one job here, or several each in its own process; returns what they returned.

    With `drain` a first signal is a wish, passed on to all; without it a signal
    interrupts at once. The first job that fails ends the others, and its error is
    raised; so does one that dies without a word. Where the error says that it
    `stops_alone`, the others go on to their own end before it is raised.
    """
    stopped = StopSignals().stopped if drain else _never
    if len(jobs) == 1:
        with collected_rarely():
            return [jobs[0].work(observer, stopped)]
    with held_back():
        crew = [_Member(job) for job in jobs]
    try:
        _attend(crew, observer, stopped)
    finally:
        for member in crew:
            member.kill()
    failures = [member.failure for member in crew if member.failure is not None]
    real = [each for each in failures if not isinstance(each, InterruptedRunError)]
    if failures:
        first, *others = {each.what: each for each in real or failures}.values()
        for other in others:
            report(other)
        raise first
    return [member.result for member in crew]


def _never() -> bool:
    return False


class _Member:
    """A child process and what it has said."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.failure: AnalyticsError | None = None
        self.result: Any = None
        self.name = job.name
        self.pipe, theirs = context.Pipe(duplex=False)
        self.process: SpawnProcess = context.Process(target=_child, args=(job.work, theirs))
        self.process.start()
        theirs.close()

    def hear(self, observer: Observer) -> None:
        """Pass on what the child says; at its end, note how it ended."""
        try:
            while self.pipe.poll():
                self._pass_on(self.pipe.recv(), observer)
        except (EOFError, ConnectionResetError):
            self.pipe.close()
            self.process.join()
            code = self.process.exitcode or 0
            if code and self.failure is None:
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                self.failure = AnalyticsError(
                    f"the process of {self.name} {how}",
                    advice="type the command again: it goes on where the documents are",
                )

    def kill(self) -> None:
        """Make sure that it is gone."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()

    def _pass_on(self, message: tuple[str, Any], observer: Observer) -> None:
        kind, content = message
        if kind == "failed":
            self.failure = content
            if content.stops_alone:
                observer.says(f"{self.name} has stopped: {content.what}; the others go on")
        elif kind == "result":
            self.result = content
        else:
            getattr(observer, kind)(*content)


def _attend(crew: Sequence[_Member], observer: Observer, stopped: Callable[[], bool]) -> None:
    """Listen to all until all have ended; end all when one failed or `stopped`."""
    ending_since: float | None = None
    while open_pipes := [member.pipe for member in crew if not member.pipe.closed]:
        ready = wait(open_pipes, timeout=0.2)
        for member in crew:
            if member.pipe in ready:
                member.hear(observer)
        failed = any(member.failure and not member.failure.stops_alone for member in crew)
        if ending_since is None and (failed or stopped()):
            ending_since = time.monotonic()
            for member in crew:
                if member.process.is_alive():
                    member.process.terminate()
        if ending_since is not None and time.monotonic() - ending_since > _GRACE_SECONDS:
            raise AnalyticsError("a process did not end in time and was killed")


class _Telling:
    """Implements Observer by telling the parent process."""

    def __init__(self, pipe: Connection[Any, Any]) -> None:
        self._pipe = pipe

    def expects(self, projection: str, records: int) -> None:
        self._tell("expects", projection, records)

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        self._tell("flushed", projection, tally, positions)

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        self._tell("says", message, where, level)

    def pulses(self, pulse: Pulse) -> None:
        self._tell("pulses", pulse)

    def _tell(self, kind: str, *content: object) -> None:
        # Without a parent nobody watches; ChildSignals ends the run then.
        with suppress(BrokenPipeError):
            self._pipe.send((kind, content))


def _child(work: Work, pipe: Connection[Any, Any]) -> None:
    signals = ChildSignals()
    try:
        with collected_rarely():
            result = work(_Telling(pipe), signals.stopped)
        with suppress(BrokenPipeError):
            pipe.send(("result", result))
    except AnalyticsError as error:
        with suppress(BrokenPipeError):
            pipe.send(("failed", error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(InterruptedRunError.exit_code)
    finally:
        signals.ended()
