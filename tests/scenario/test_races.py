"""Between any two effects on the store a process may die, be refused, or meet another one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.errors import UnreachableError
from tests.fakes import FrailStore

from .logs import SmallLog, small_logs
from .world import Crash, Process, World, memory

What = Literal["dies", "is refused"]


@dataclass(frozen=True)
class Batch:
    """A process of two takes a batch; what happens at the `at`-th instant of it.

    An instant is before and after every effect on the store. Before what `what`
    says, `meanwhile` batches of the other process run there.
    """

    process: int
    sizes: tuple[int, ...]
    anew: bool
    at: int
    what: What | None
    meanwhile: tuple[Batch, ...]


def _batches(depth: int) -> st.SearchStrategy[Batch]:
    inner: st.SearchStrategy[tuple[Batch, ...]] = st.just(())
    if depth:
        inner = st.lists(_batches(depth - 1), max_size=2).map(tuple)
    return st.builds(
        Batch,
        st.integers(0, 2),
        st.tuples(*[st.sampled_from((4, 1, 0, 9, 40))] * 3),
        st.booleans(),
        st.integers(0, 60),
        st.sampled_from((None, "dies", "is refused")),
        inner,
    )


class Play:
    """Processes that share a store in which something happens."""

    def __init__(self, world: World, store: FrailStore) -> None:
        self._world = world
        self._store = store
        self._processes: dict[int, Process] = {}
        self._busy: set[int] = set()

    def take(self, batch: Batch) -> None:
        """Write a batch, and again where the store refused."""
        if batch.process in self._busy:
            return
        if batch.anew or batch.process not in self._processes:
            self._processes[batch.process] = self._world.consumer()
        process = self._processes[batch.process]
        self._busy.add(batch.process)
        outer = self._store.between
        self._store.between = self._instants(batch, outer)
        try:
            process.write(batch.sizes)
        except UnreachableError:
            self._store.between = lambda: None
            process.write(batch.sizes)
        except Crash:
            del self._processes[batch.process]
        finally:
            self._store.between = outer
            self._busy.discard(batch.process)
        self._world.check_readable()

    def _instants(self, batch: Batch, outer: Callable[[], None]) -> Callable[[], None]:
        left = batch.at

        def between() -> None:
            nonlocal left
            left -= 1
            if left != -1:
                return
            for other in batch.meanwhile:
                self._store.between = lambda: None
                self.take(other)
                self._store.between = between
            if batch.what == "dies":
                raise Crash
            if batch.what == "is refused":
                raise UnreachableError("no answer")

        return between


@pytest.mark.parametrize("projection", ["user-lifecycle", "order-funnel", "revenue"])
def test_any_interleaving(projection):
    @settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)
    @given(small_logs(projection), st.lists(_batches(2), max_size=8))
    def check(small, batches):
        store = FrailStore()
        world = World(projection, small.built(), memory(store))
        play = Play(world, store)
        for b in batches:
            play.take(b)
        world.resume()
        order = world.recorded_order()
        oracle = world.expected(order)
        assert world.documents() == oracle.documents
    check()
