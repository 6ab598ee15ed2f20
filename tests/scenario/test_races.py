"""Between any two effects on a store without transactions another process may run, or this one die.

Here a store effect is a single document or a single claim, so bulk writes are
torn as well. Where exactly a record was "first" is up to the store then: the
oracle is given the records in the order of the journals and the ledger.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.errors import UnreachableError
from tests.fakes import FrailStore

from .logs import small_logs
from .opening import memory
from .world import Crash, Process, World, crash

PROJECTIONS = ("user-lifecycle", "order-funnel", "revenue")


@dataclass(frozen=True)
class Batch:
    """One of three processes takes a batch; at the `instant`-th instant of it something happens.

    First the batches of `meanwhile`, by other processes; then it may die, or be
    refused an answer and write the batch again. `anew` starts it at the checkpoint.
    """

    process: int
    sizes: tuple[int, ...]
    anew: bool
    instant: int
    meanwhile: tuple[Batch, ...]
    end: Literal["well", "dies", "is refused"]


def batches(deeper: int = 2) -> st.SearchStrategy[Batch]:
    """Batches, with batches in the middle of them, up to so many levels."""
    one = st.sampled_from(((9, 0, 0), (0, 9, 0), (0, 0, 9)))
    inner = st.lists(batches(deeper - 1), max_size=2).map(tuple) if deeper else st.just(())
    return st.builds(
        Batch,
        process=st.integers(0, 2),
        sizes=one | st.tuples(*[st.sampled_from((4, 1, 0, 9, 40))] * 3),
        anew=st.booleans(),
        instant=st.integers(0, 60),
        meanwhile=inner,
        end=st.sampled_from(("well", "dies", "is refused")),
    )


class Play:
    """Processes that share a store in which something happens."""

    def __init__(self, world: World, store: FrailStore) -> None:
        self._world = world
        self._store = store
        self._processes: dict[int, Process] = {}
        self._busy: set[int] = set()

    def take(self, batch: Batch) -> None:
        """Write a batch; a process that is in the middle of one takes no other."""
        if batch.process in self._busy:
            return
        self._busy.add(batch.process)
        with suppress(Crash):
            process = self._processes.pop(batch.process, None)
            if process is None or batch.anew:
                process = self._world.consumer()
            self._store.at(batch.instant, lambda: self._disturb(batch))
            try:
                process.write(batch.sizes)
            except UnreachableError:
                process.write(batch.sizes)
            self._processes[batch.process] = process
        self._store.calm()
        self._busy.remove(batch.process)
        self._world.check_readable()
        self._world.check_counts()

    def _disturb(self, batch: Batch) -> None:
        for other in batch.meanwhile:
            self.take(other)
        match batch.end:
            case "dies":
                crash()
            case "is refused":
                raise UnreachableError("no answer")


@pytest.mark.parametrize("projection", PROJECTIONS)
@settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)
@given(data=st.data())
def test_any_interleaving_ends_exact(projection: str, data: st.DataObject) -> None:
    """Whoever wins which race."""
    store = FrailStore()
    world = World(projection, data.draw(small_logs(projection), label="log").built(), memory(store))
    play = Play(world, store)
    for batch in data.draw(st.lists(batches(), max_size=8), label="batches"):
        play.take(batch)
    world.resume()
    assert world.documents() == world.expected(world.stored_order()).documents
