"""Several pieces of work at once, each in a process of its own, ended together."""

from __future__ import annotations

import multiprocessing
import os
import signal
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
from .interpreter import at_work
from .signals import ChildSignals, StopSignals, held_back
from .signed import Signed, SignedInWords

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
    interrupts at once. The first job that fails ends the others: that is said at once,
    and its error is raised when they have ended. So does one that dies without a word.
    Where the error says that it `stops_alone`, the others go on to their own end
    before it is raised.
    """
    stopped = StopSignals().stopped if drain else _never
    if len(jobs) == 1:
        with at_work():
            (job,) = jobs
            return [job.work(Signed(observer, job.name, os.getpid()), stopped)]
    with held_back():
        crew = [_Member(job, observer) for job in jobs]
    try:
        _attend(crew, stopped)
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

    def __init__(self, job: Job, observer: Observer) -> None:
        context = multiprocessing.get_context("spawn")
        self.failure: AnalyticsError | None = None
        self.result: Any = None
        self.name = job.name
        self.pipe, theirs = context.Pipe(duplex=False)
        self.process: SpawnProcess = context.Process(target=_child, args=(job.work, theirs))
        self.process.start()
        theirs.close()
        self._where = Where(worker=job.name, pid=self.process.pid)
        self._observer = observer
        self._signed = SignedInWords(observer, job.name, self.process.pid or 0)

    def hear(self) -> None:
        """Pass on what the child says; at its end, note how it ended."""
        try:
            while self.pipe.poll():
                self._pass_on(self.pipe.recv())
        except (EOFError, ConnectionResetError):
            self.pipe.close()
            self.process.join()
            code = self.process.exitcode or 0
            if code and self.failure is None:
                self.failure = _died(self.name, code)

    def tell_that_it_ends_all(self) -> None:
        """Say that the others are stopped, and why; a wish to stop was nobody's failure."""
        failure = self.failure
        if failure is None or isinstance(failure, InterruptedRunError):
            return
        what = failure.what if self.name in failure.what else f"{self.name}: {failure.what}"
        self._tell(f"{what}; the others are stopped")

    def kill(self) -> None:
        """Make sure that it is gone."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()

    def _pass_on(self, message: tuple[str, Any]) -> None:
        kind, content = message
        if kind == "failed":
            self.failure = content
            if content.stops_alone:
                self._tell(f"{self.name} has stopped: {content.what}; the others go on")
        elif kind == "result":
            self.result = content
        else:
            getattr(self._signed, kind)(*content)

    def _tell(self, words: str) -> None:
        self._observer.says(words, self._where, "error")


def _died(name: str, code: int) -> AnalyticsError:
    """What to say of a process that ended without a word."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    killed = "somebody killed it, or the kernel did for want of memory: dmesg tells"
    return AnalyticsError(
        f"the process of {name} {how}",
        cause=killed if code == -signal.SIGKILL else None,
        advice="type the command again, as a supervisor does: it goes on where the documents are",
    )


def _first_failure(crew: Sequence[_Member]) -> _Member | None:
    """One that has failed in a way that ends them all."""
    failed = (each for each in crew if each.failure and not each.failure.stops_alone)
    return next(failed, None)


def _attend(crew: Sequence[_Member], stopped: Callable[[], bool]) -> None:
    """Listen to all until all have ended; end all when one failed or `stopped`."""
    ending_since: float | None = None
    while open_pipes := [member.pipe for member in crew if not member.pipe.closed]:
        ready = wait(open_pipes, timeout=0.2)
        for member in crew:
            if member.pipe in ready:
                member.hear()
        failed = _first_failure(crew)
        if ending_since is None and (failed or stopped()):
            ending_since = time.monotonic()
            if failed:
                failed.tell_that_it_ends_all()
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
        with at_work():
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
