"""Whatever happens to the processes, the documents end as the log says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.run.flush import Step
from sc_analytics_cli.run.spec import Earliest, OffsetOf, Spec
from sc_analytics_cli.settings import Rules

from .logs import SmallLog, small_logs
from .world import Crash, Process, StoreOpener, World, crash, memory, sqlite

STEPS = (Step.DECODE, Step.CLAIM, Step.FOLD, Step.SWAP, Step.CHECKPOINT)
RULES = (
    Rules(),
    Rules("America/New_York", frozenset({"leader", "member"}), "EUR"),
)
PROJECTIONS = ("user-lifecycle", "order-funnel", "revenue")

many = settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)


@dataclass(frozen=True)
class Turn:
    """One process of three takes a batch; before it, it may have been started anew.

    `start` is None (go on where it was, however stale), "checkpoint", or how
    many hundredths of the absorbed log to read again. `crash` is the step after
    which it dies; `meanwhile` is the turn that another process takes in between.
    """

    process: int
    sizes: tuple[int, ...]
    backwards: bool
    twice: bool
    start: str | int | None
    crash: Step | None
    meanwhile: tuple[Step, Turn] | None = None


def _turns(inner: st.SearchStrategy[Turn] | None = None) -> st.SearchStrategy[Turn]:
    meanwhile = st.none() if inner is None else st.none() | st.tuples(st.sampled_from(STEPS), inner)
    return st.builds(
        Turn,
        st.integers(0, 2),
        st.tuples(*[st.sampled_from((3, 1, 0, 8, 40))] * 3),
        st.booleans(),
        st.sampled_from((False, False, False, True)),
        st.sampled_from((None, None, None, "checkpoint", 100, 70, 30, 0)),
        st.sampled_from((None, None, *STEPS)),
        meanwhile,
    )


turns = st.lists(_turns(_turns(_turns())), max_size=10)
history_starts = st.none() | st.tuples(*[st.integers(0, 12)] * 3)


@contextmanager
def stores(kind: str, folder: Path) -> Iterator[StoreOpener]:
    """A store of this kind, made for one example."""
    if kind == "memory":
        yield memory()
    else:
        with sqlite(folder) as opener:
            yield opener


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


class Play:
    """A world in which turns are taken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._processes: dict[int, Process] = {}
        self._busy: set[int] = set()

    def take(self, turn: Turn) -> None:
        """Take a turn, and look at what a reader then sees."""
        if turn.process in self._busy:
            return
        self._busy.add(turn.process)
        with suppress(Crash):
            process = self._started(turn)
            try:
                process.write(
                    turn.sizes,
                    backwards=turn.backwards,
                    twice=turn.twice,
                    happens=self._happenings(turn),
                )
            except Crash:
                self._processes.pop(turn.process, None)
        self._busy.discard(turn.process)
        if turn.meanwhile and self._world.transactional:
            self.take(turn.meanwhile[1])
        self._world.check_readable()
        if self._world.projection.bookkeeper() is None:
            self._world.check_counts()

    def _started(self, turn: Turn) -> Process:
        process = self._processes.get(turn.process)
        if process is not None and turn.start is None:
            return process
        checkpoints = self._world.checkpoints()
        if isinstance(turn.start, int) and checkpoints:
            ends = self._world.ends()
            process = self._world.replayer({
                name: (checkpoint["next"] * turn.start // 100, ends[name])
                for name, checkpoint in checkpoints.items()
            })  # fmt: skip
        else:
            process = self._world.consumer()
        self._processes[turn.process] = process
        return process

    def _happenings(self, turn: Turn) -> dict[Step, object]:
        happens: dict[Step, object] = {}
        if turn.meanwhile and not self._world.transactional:
            step, other = turn.meanwhile
            happens[step] = lambda: self.take(other)
        if turn.crash:
            before = happens.get(turn.crash, lambda: None)
            happens[turn.crash] = lambda: (before(), crash())
        return happens


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("projection", PROJECTIONS)
def test_any_run_is_exact(projection: str, kind: str, folder: Path) -> None:
    @many
    @given(log=small_logs(projection), taken=turns, rules=st.sampled_from(RULES), history=history_starts)
    def check(log, taken, rules, history):
        with stores(kind, folder) as opener:
            built = log.built()
            start: Spec = Earliest()
            if history is not None:
                start = OffsetOf(tuple((n, min(at, built.bounds([name])[name][1])) for n, (name, at) in enumerate(zip(built.partitions(), history))))
            world = World(projection, built, opener, rules=rules, start=start)
            play = Play(world)
            for turn in taken:
                play.take(turn)
            world.resume()
            world.check_exact()
            before = world.dump()
            world.replayer({name: (0, end) for name, end in world.ends().items()}).run()
            world.consumer().run()
            assert world.dump() == before
    check()
