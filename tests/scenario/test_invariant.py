"""Whatever happens to the processes, the documents end as the log says.

Processes come and go, start at the checkpoint or anywhere below it, fall behind
as zombies, take turns in the middle of each other's flush, and are killed after
any step of it. In the end one more process reads on to the end.

"First" and "later" go by the offset within a partition, and between partitions by
what was recorded first. The logs hold facts of one order in several partitions
and copies of an event that say something else. The test itself notes the order
in which a flush first got past its step 3 with each record (for a store with
transactions: past its end), does not read it off the store, and tells the oracle
(see arrival.py).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.run.spec import OffsetOf
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.overlay import OverlayStore
from tests.fakes import MemoryLog

from .logs import small_logs
from .opening import StoreOpener, memory, sqlite
from .turns import Play, turns
from .world import World

PROJECTIONS = ("user-lifecycle", "order-funnel", "revenue")
RULES = (Rules(), Rules("America/New_York", frozenset({"leader", "member"}), "EUR"))

many = settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)
places = st.tuples(*[st.integers(0, 100)] * 3)
"""A place in each partition, in hundredths of it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where store files are."""
    return tmp_path_factory.mktemp("stores")


def offsets(log: MemoryLog, hundredths: tuple[int, ...]) -> dict[str, int]:
    """Partition → offset."""
    bounds = log.bounds(log.partitions())
    return {
        name: end * part // 100
        for (name, (_, end)), part in zip(bounds.items(), hundredths, strict=False)
    }


def start_at(log: MemoryLog, hundredths: tuple[int, ...]) -> OffsetOf:
    """Where a history begins."""
    return OffsetOf(tuple(enumerate(offsets(log, hundredths).values())))


def run_any_way(projection: str, open_store: StoreOpener, data: st.DataObject) -> None:
    """Draw a log and turns; check that they end exact, and that reading once more changes nothing.

    Nothing: down to revisions and times of writing.
    """
    log = data.draw(small_logs(projection), label="log").built()
    start = start_at(log, data.draw(st.just((0, 0, 0)) | places, label="history begins at"))
    rules = data.draw(st.sampled_from(RULES), label="rules")
    world = World(projection, log, open_store, rules=rules, start=start)
    play = Play(world)
    for turn in data.draw(st.lists(turns(), max_size=10), label="turns"):
        play.take(turn)
    world.resume()
    world.check_exact()
    before = world.dump()
    world.replayer({name: (0, end) for name, end in world.ends().items()}).run()
    world.resume()
    assert world.dump() == before


@pytest.mark.parametrize("projection", PROJECTIONS)
@many
@given(data=st.data())
def test_any_run_ends_exact_in_memory(projection: str, data: st.DataObject) -> None:
    """Where every effect stands by itself, and processes meet in the middle of a flush."""
    run_any_way(projection, memory(), data)


@pytest.mark.parametrize("projection", PROJECTIONS)
@settings(many, max_examples=120)
@given(data=st.data())
def test_any_run_ends_exact_on_disk(projection: str, folder: Path, data: st.DataObject) -> None:
    """Where a flush is one transaction, and each process has its own connection to the file."""
    with sqlite(folder) as open_store:
        run_any_way(projection, open_store, data)


@pytest.mark.parametrize("projection", PROJECTIONS)
@many
@given(data=st.data())
def test_a_history_can_be_filled_from_behind(projection: str, data: st.DataObject) -> None:
    """It begins in the middle; what lies before is replayed later, in any pieces."""
    log = data.draw(small_logs(projection), label="log").built()
    begins = data.draw(places, label="history begins at")
    world = World(projection, log, memory(), start=start_at(log, begins))
    live = world.consumer()
    live.write(data.draw(st.tuples(*[st.integers(0, 9)] * 3), label="live"))
    first = offsets(log, begins)
    pieces = st.tuples(places, places, st.integers(1, 9))
    for one, other, size in data.draw(st.lists(pieces, max_size=4), label="pieces"):
        low, high = offsets(log, one), offsets(log, other)
        spans = {
            name: (min(low[name], high[name], at), min(max(low[name], high[name]), at))
            for name, at in first.items()
        }
        world.replayer(spans).run(size)
        world.check_readable()
        world.check_counts()
    live.run()
    world.resume()
    world.check_exact()


@pytest.mark.parametrize("projection", PROJECTIONS)
@settings(many, max_examples=60)
@given(data=st.data())
def test_a_dry_run_tells_what_a_run_would_do(projection: str, data: st.DataObject) -> None:
    """On whatever is stored; and stores nothing."""
    log = data.draw(small_logs(projection), label="log").built()
    store = MemoryStore()
    world = World(projection, log, memory(store))
    play = Play(world)
    for turn in data.draw(st.lists(turns(), max_size=4), label="turns"):
        play.take(turn)
    before = world.dump()
    overlay = OverlayStore(store)
    trial = World(projection, log, memory(overlay))
    trial.resume()
    assert world.dump() == before
    world.resume()
    assert trial.documents() == world.documents()
    changed = {
        after["date"] for _, after in overlay.changed(world.projection.collection()) if after
    }
    stale = {each["_id"]: each["rev"] for each in before[world.projection.collection()]}
    fresh = {each["_id"]: each["rev"] for each in world.dump()[world.projection.collection()]}
    assert changed == {date for date, rev in fresh.items() if stale.get(date) != rev}
