"""Every place to end at, for every command and projection, one after the other.

The process ends there with no clean-up, the command is typed again, and the
documents must be the oracle's. On a store without transactions the places lie
before and after each single effect, in the middle of a bulk write as well; on
one with transactions before and after each verb; in both after each numbered step
of the flush, and around each poll, seek and commit.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest

from sc_analytics_cli.store.port import Store
from sc_analytics_cli.store.sqlite import SqliteStore
from tests.fakes import FrailStore
from tests.oracle.documents import TOPIC_OF
from tests.scenario.world import Crash

from .fuse import Fuse, Mortal
from .works import Work, works

COMMANDS = ("consume", "replay", "backfill", "retry")
RANDOM_DEATHS = 12

each_work = pytest.mark.parametrize(
    ("projection", "command"), [(p, c) for p in TOPIC_OF for c in COMMANDS]
)
Counted = Callable[[str, object], None]


def dies(work: Work, store: Store, fuse: Fuse) -> bool:
    """Run the command against a store with the fuse lit; whether it died."""
    try:
        work.run(store, fuse, fuse.burn)
    except Crash:
        return True
    return False


@each_work
def test_on_a_store_without_transactions(
    projection: str, command: str, record_property: Counted
) -> None:
    """Dead before and after every effect there is."""
    work = works(projection)[command]
    for instant in count():
        store, fuse = FrailStore(), Fuse(instant)
        work.prepare(work, store)
        store.between = fuse.burn
        died = dies(work, store, fuse)
        store.calm()
        if died:
            work.run(store)
        assert work.wrong(store) == {}, f"died at instant {instant}"
        if not died:
            break
    record_property("crash_points", instant)
    assert instant > 20


@each_work
def test_on_a_store_with_transactions(
    projection: str, command: str, tmp_path: Path, record_property: Counted
) -> None:
    """Dead before and after every verb; what was not committed is gone with the process."""
    work = works(projection)[command]
    prepared = tmp_path / "prepared.db"
    with closing(SqliteStore(prepared)) as store:
        work.prepare(work, store)
    for instant in count():
        path = tmp_path / "store.db"
        copyfile(prepared, path)
        fuse = Fuse(instant)
        with closing(SqliteStore(path)) as store:
            died = dies(work, Mortal(store, fuse), fuse)
        with closing(SqliteStore(path)) as store:
            if died:
                work.run(store)
            assert work.wrong(store) == {}, f"died at instant {instant}"
        if not died:
            break
    record_property("crash_points", instant)
    assert instant > 15


@each_work
def test_one_death_after_the_other_at_random(
    projection: str, command: str, seed: int, record_property: Counted
) -> None:
    """Each process goes on with what the last one left, and dies in its turn."""
    chance = random.Random(seed)
    work = works(projection)[command]
    store = FrailStore()
    work.prepare(work, store)
    for _ in range(RANDOM_DEATHS):
        fuse = Fuse(chance.randrange(120))
        store.between = fuse.burn
        dies(work, store, fuse)
        store.calm()
    work.run(store)
    assert work.wrong(store) == {}, f"seed {seed}"
    record_property("crash_points", RANDOM_DEATHS)
