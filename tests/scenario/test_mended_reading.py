"""A parser is mended: a backfill gives what the new reading says, live runs going on or not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sc_analytics_cli.cli.rebuild import rebuild
from sc_analytics_cli.cli.rebuild_request import KAFKA, Request
from sc_analytics_cli.run.backfill import Outcome
from sc_analytics_cli.run.backfill_plan import checkpoints_of, plan
from sc_analytics_cli.run.stale import stale_dates
from sc_analytics_cli.settings import Settings
from sc_analytics_cli.store.overlay import OverlayStore
from sc_analytics_cli.store.port import DEAD_LETTERS, Store
from tests.fakes import FrailStore, MemoryLog, Notebook

from .opening import memory
from .readings import DATES, logs, old_reading
from .world import Process, World

many = settings(max_examples=150, deadline=None, derandomize="CI" in os.environ)
sizes = st.tuples(*[st.integers(0, 6)] * 3)
some_dates = st.lists(st.sampled_from(DATES), min_size=1, max_size=3, unique=True).map(sorted)


def backfill(world: World, dates: Sequence[str], store: Store | None = None) -> Outcome:
    """Rebuild dates by the reading of today."""
    store = store or world.store
    bounds = world.log.bounds(world.log.partitions())
    planned = plan(
        world.projection,
        store,
        checkpoints_of(store, world.projection),
        bounds,
        world.log.offsets_at,
        dates,
        UTC,
        timedelta(0),
    )
    request = Request([], dates, KAFKA, 1, timedelta(0), False)
    done: dict[str, Outcome] = {}
    rebuild(Settings(flush_records=3), store, world.log, [planned], request, Notebook(), done)
    return done[world.projection.name]


def read_before(
    log: MemoryLog, sizes: Sequence[int], *, version: int = 1, projection: str = "revenue"
) -> tuple[World, FrailStore, Process]:
    """A world in which so many records of each partition were read by the old reading."""
    store = FrailStore()
    world = World(projection, log, memory(store))
    world.projection, mended = old_reading(projection, version), world.projection
    world.consumer().write(sizes)
    world.projection = mended
    return world, store, world.consumer()


def amended(outcome: Outcome) -> dict[str, Any]:
    """What a backfill changed, but for documents of nothing, which it may remove.

    A date that came back to nothing keeps one until then (docs/guarantees.md names it).
    """
    return {
        date: (before, after)
        for date, (before, after) in outcome.changed.items()
        if after is not None or (before is not None and before["hours"])
    }


def says_nothing(log: MemoryLog) -> Iterator[bool]:
    """Of each record whether it is, or was, a payment of 0 cents."""
    for name, (start, end) in log.bounds(log.partitions()).items():
        for record in log.chunk(name, start, end).records:
            yield b'"amount_cents": 0' in (record.value or b"")


def check(world: World, dates: Sequence[str]) -> None:
    """These dates are what the oracle makes of the log as it is read now."""
    wanted = world.expected(world.stored_order()).documents
    found = world.documents()
    for date in dates:
        assert found.get(date) == wanted.get(date), date


@many
@given(log=logs(), before=sizes, dates=some_dates)
def test_the_dates_become_what_the_new_reading_says(
    log: MemoryLog, before: tuple[int, ...], dates: list[str]
) -> None:
    """Whatever was counted otherwise, not counted, or counted and cannot be read any more."""
    world, _, live = read_before(log, before)
    live.run()
    kept = {each: doc for each, doc in world.documents().items() if each not in dates}
    backfill(world, dates)
    check(world, dates)
    found = world.documents()
    assert {each: doc for each, doc in found.items() if each not in dates} == kept
    backfill(world, DATES)
    check(world, DATES)
    letters = {(d["topic"], d["partition"], d["offset"]) for d in open_letters(world.store)}
    assert letters == set(world.expected().dead_letters)


@many
@given(log=logs(), before=sizes)
def test_the_journals_become_what_a_new_version_says(
    log: MemoryLog, before: tuple[int, ...]
) -> None:
    """The same as if nobody had ever read them otherwise; and then nothing is left to do."""
    world, _, live = read_before(log, before, version=0)
    live.run()
    backfill(world, DATES)
    fresh = World("revenue", log, memory())
    fresh.consumer().run()
    assert journals(world.store) == journals(fresh.store)
    assert stale_dates(world.store, world.projection) == []
    assert amended(backfill(world, DATES)) == {}
    dump = world.dump()
    assert backfill(world, DATES).changed == {}
    assert world.dump() == dump


@many
@given(log=logs(), before=sizes)
def test_a_document_stays_stale_until_it_is_rebuilt(
    log: MemoryLog, before: tuple[int, ...]
) -> None:
    """What a new version adds to a document of an older one does not make it new."""
    world, _, live = read_before(log, before, version=0)
    stale = stale_dates(world.store, world.projection)
    live.run()
    assert stale_dates(world.store, world.projection) == stale


@many
@given(
    log=logs(),
    before=sizes,
    dates=some_dates,
    meanwhile=st.lists(st.tuples(st.integers(0, 40), sizes), max_size=4),
)
def test_live_runs_of_the_new_reading_go_on_meanwhile(
    log: MemoryLog,
    before: tuple[int, ...],
    dates: list[str],
    meanwhile: list[tuple[int, tuple[int, ...]]],
) -> None:
    """At any instant of the backfill, and after it.

    Without payments of nothing: a date that they alone make has no document once an
    earlier payment can be read, and then nothing tells a live run so until that dead
    letter is retried (docs/guarantees.md names it).
    """
    assume(not any(says_nothing(log)))
    world, store, live = read_before(log, before)
    left = list(meanwhile)

    def disturb() -> None:
        if left:
            _, taken = left.pop(0)
            live.write(taken)
            world.check_readable()
        if left:
            store.at(left[0][0], disturb)

    if left:
        store.at(left[0][0], disturb)
    backfill(world, dates)
    store.calm()
    live.run()
    check(world, dates)


@many
@given(log=logs(), before=sizes, dates=some_dates)
def test_a_dry_run_tells_it_and_writes_nothing(
    log: MemoryLog, before: tuple[int, ...], dates: list[str]
) -> None:
    """The same dates and figures as the backfill that follows; no journal, claim or letter."""
    world, store, _ = read_before(log, before)
    dump = world.dump()
    told = backfill(world, dates, OverlayStore(store))
    assert world.dump() == dump
    done = backfill(world, dates)
    assert told.unchanged == done.unchanged
    assert _figures(told) == _figures(done)


def _figures(outcome: Outcome) -> dict[str, list[Any]]:
    own = {"rev", "updated_at"}
    return {
        date: [doc and {k: v for k, v in doc.items() if k not in own} for doc in pair]
        for date, pair in outcome.changed.items()
    }


def journals(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Order → its facts in the order of their coordinates; without orders that have none."""
    found = {each["_id"]: each["facts"] for each in store.scan("analytics_orders_revenue")}
    return {
        order: sorted(tuple(sorted(fact.items(), key=str)) for fact in facts)
        for order, facts in found.items()
        if facts
    }


def open_letters(store: Store) -> list[Any]:
    """The dead letters that are not closed."""
    return [each for each in store.scan(DEAD_LETTERS) if each["status"] == "open"]
