"""Two logs of the same events: whichever counted them, a backfill from the other is right."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.cli.rebuild import rebuild
from sc_analytics_cli.cli.rebuild_request import KAFKA, Request
from sc_analytics_cli.run.backfill import Outcome
from sc_analytics_cli.run.backfill_plan import checkpoints_of, plan
from sc_analytics_cli.settings import Settings
from sc_analytics_cli.store.memory import MemoryStore
from tests.fakes import MemoryLog, Notebook
from tests.oracle.sample import attribute, cancel, event, pay

from .opening import memory
from .world import World

DATES = ["2026-10-01", "2026-10-02"]
ORDERS = ("o-1", "o-2")
LATER = 2_000_000_000_000

orders = st.sampled_from(ORDERS)
times = st.sampled_from([f"{date}T10:00:00Z" for date in DATES])
happenings = st.one_of(
    st.builds(pay, orders, st.sampled_from([100, 250]), times),
    st.builds(lambda order, at: cancel(order, at, refund_cents=30), orders, times),
    st.builds(lambda order, ids: attribute(order, **ids), orders,
              st.sampled_from([{"community_id": "c"}, {"promotion_id": "p"}])),
    st.builds(lambda at: event("order.created", at=at), times),
)  # fmt: skip
logs = st.lists(happenings, min_size=1, max_size=10)
"""Events with ids of their own."""


def built(topic: str, events: Sequence[tuple[int, dict[str, object]]]) -> MemoryLog:
    """A log of two partitions; each event says which one is its own."""
    log = MemoryLog(topic, 2)
    for number, each in events:
        log.append(f"{topic}/{number}", json.dumps(each).encode(), timestamp=LATER)
    return log


def backfill(world: World, offsets_at: object) -> Outcome:
    """Rebuild all dates from this world's log; without `offsets_at` as one does from a file."""
    bounds = world.log.bounds(world.log.partitions())
    declared = checkpoints_of(world.store, world.projection)
    planned = plan(
        world.projection, world.store, declared, bounds, offsets_at, DATES, UTC, timedelta(0)
    )  # type: ignore[arg-type]
    request = Request([], DATES, KAFKA, 1, timedelta(0), False)
    done: dict[str, Outcome] = {}
    rebuild(Settings(flush_records=3), world.store, world.log, [planned], request, Notebook(), done)
    return done[world.projection.name]


@pytest.mark.parametrize("source", ["topic", "file"])
@pytest.mark.parametrize("projection", ["order-funnel", "revenue"])
@settings(max_examples=100, deadline=None, derandomize="CI" in os.environ)
@given(data=st.data())
def test_a_backfill_from_a_log_that_was_not_the_first_to_be_read(
    projection: str, source: str, data: st.DataObject
) -> None:
    """All of the events are in the second log, some were counted from the first."""
    events = data.draw(logs, label="events")
    places = st.lists(st.integers(0, 1), min_size=len(events), max_size=len(events))
    archived = [
        pair
        for pair in zip(data.draw(places, label="archived in"), events, strict=True)
        if data.draw(st.booleans(), label="is archived")
    ]
    store = MemoryStore()
    first = World(projection, built("archive", archived), memory(store))
    first.consumer().run()
    second_log = built("topic", list(zip(data.draw(places, label="in"), events, strict=True)))
    second = World(projection, second_log, memory(store))
    second.consumer().run()
    before = second.documents()
    offsets_at = second.log.offsets_at if source == "topic" else None
    assert backfill(second, offsets_at).changed == {}
    assert second.documents() == before
    second.consumer().run()
    first.replayer(first.log.bounds(first.log.partitions())).run()
    assert second.documents() == before


def test_payments_of_a_file_that_has_grown() -> None:
    """The first file counted them; the grown one is another file, and rebuilds the date."""
    payments = [pay("o-1", 100, f"{DATES[0]}T10:00:00Z"), pay("o-2", 50, f"{DATES[0]}T11:00:00Z")]
    store = MemoryStore()
    World(
        "revenue", built("file", [(0, each) for each in payments]), memory(store)
    ).consumer().run()
    grown = World("revenue", built("grown", [(0, each) for each in payments]), memory(store))
    grown.consumer().run()
    assert backfill(grown, None).changed == {}
    assert grown.documents()[DATES[0]]["gross_revenue_cents"] == 150


def test_a_copy_beyond_the_scan_is_not_counted_beside_the_one_in_it() -> None:
    """An event of a file is on the topic twice, the second time while the backfill runs."""
    twice, other = (event("order.created", at=f"{DATES[0]}T10:00:00Z") for _ in range(2))
    store = MemoryStore()
    World("order-funnel", built("file", [(0, twice)]), memory(store)).consumer().run()
    log = built("topic", [(0, twice)])
    world = World("order-funnel", log, memory(store))
    world.consumer().run()
    planned = plan(
        world.projection, store, checkpoints_of(store, world.projection),
        log.bounds(log.partitions()), log.offsets_at, DATES, UTC, timedelta(0),
    )  # fmt: skip
    for each in (twice, other):
        log.append("topic/0", json.dumps(each).encode(), timestamp=LATER)
    world.consumer().run()
    before = world.documents()
    assert before[DATES[0]]["orders_created"] == 2
    done: dict[str, Outcome] = {}
    request = Request([], DATES, KAFKA, 1, timedelta(0), False)
    rebuild(Settings(flush_records=3), store, log, [planned], request, Notebook(), done)
    assert world.documents() == before
