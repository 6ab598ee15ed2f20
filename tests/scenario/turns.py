"""What processes may do and suffer, drawn as turns, and the play in which they are taken."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from sc_analytics_cli.run.flush import Step

from .world import Crash, Process, World, crash

STEPS = (Step.DECODE, Step.CLAIM, Step.FOLD, Step.SWAP, Step.CHECKPOINT)
"""The steps of a flush that `reached` tells of."""

Start = Literal["goes on", "checkpoint"] | int


@dataclass(frozen=True)
class Turn:
    """One of three processes takes a batch.

    `start`: it goes on where it was, however stale that is; or it is started
    anew at the checkpoint, or to replay from so many hundredths of what is
    absorbed to the end. `dies` is the step after which it is killed.
    `meanwhile` is another one's turn, taken right after a step of this one.
    """

    process: int
    sizes: tuple[int, ...]
    backwards: bool
    twice: bool
    start: Start
    dies: Step | None
    meanwhile: tuple[Step, Turn] | None = None


def turns(deeper: int = 1) -> st.SearchStrategy[Turn]:
    """Turns, with turns taken in the middle of them, up to so many levels."""
    step = st.sampled_from(STEPS)
    one = st.sampled_from(((8, 0, 0), (0, 8, 0), (0, 0, 8)))
    meanwhile = st.none() | st.tuples(step, turns(deeper - 1)) if deeper else st.none()
    return st.builds(
        Turn,
        process=st.integers(0, 2),
        sizes=one | st.tuples(*[st.sampled_from((3, 1, 0, 8, 40))] * 3),
        backwards=st.booleans(),
        twice=st.sampled_from((False, False, False, True)),
        start=st.sampled_from((*["goes on"] * 8, "checkpoint", "checkpoint", 100, 70, 30, 0)),
        dies=st.sampled_from((*[None] * 8, *STEPS)),
        meanwhile=meanwhile,
    )


class Play:
    """A world in which turns are taken; looks at what a reader sees after each of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._processes: dict[int, Process] = {}
        self._busy: set[int] = set()

    def take(self, turn: Turn) -> None:
        """Take a turn; a process that is in the middle of one takes no other."""
        if turn.process in self._busy:
            return
        self._busy.add(turn.process)
        with suppress(Crash):
            process = self._processes.pop(turn.process, None)
            if process is None or turn.start != "goes on":
                process = self._started(turn.start)
            process.write(
                turn.sizes,
                backwards=turn.backwards,
                twice=turn.twice,
                happens=self._happenings(turn),
            )
            self._processes[turn.process] = process
        self._busy.remove(turn.process)
        if turn.meanwhile and self._world.transactional:
            self.take(turn.meanwhile[1])
        self._world.check_readable()
        self._world.check_counts()

    def _started(self, start: Start) -> Process:
        checkpoints = self._world.checkpoints()
        if not isinstance(start, int) or not checkpoints:
            return self._world.consumer()
        ends = self._world.ends()
        return self._world.replayer(
            {
                name: (checkpoint["next"] * start // 100, ends[name])
                for name, checkpoint in checkpoints.items()
            }
        )

    def _happenings(self, turn: Turn) -> dict[Step, list[Callable[[], None]]]:
        """By step; inside a transaction nobody else can do anything."""
        happens: dict[Step, list[Callable[[], None]]] = {step: [] for step in STEPS}
        if turn.meanwhile and not self._world.transactional:
            step, other = turn.meanwhile
            happens[step].append(lambda: self.take(other))
        if turn.dies:
            happens[turn.dies].append(crash)
        return happens
