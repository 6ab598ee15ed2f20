"""A compacted log of events that are on it twice: a backfill counts what is left, each once."""

from __future__ import annotations

import json
import os
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.cli.rebuild import KAFKA, Request, rebuild
from sc_analytics_cli.run.backfill import Outcome
from sc_analytics_cli.run.backfill_plan import checkpoints_of, plan
from sc_analytics_cli.settings import Settings
from sc_analytics_cli.store.memory import MemoryStore
from tests.fakes import MemoryLog, Notebook

from .opening import memory
from .test_counted_elsewhere import DATES, LATER, logs
from .world import World


def backfill(world: World, *, archived: bool) -> Outcome:
    """Rebuild all dates from this world's log, or as from an archive of it."""
    bounds = world.log.bounds(world.log.partitions())
    declared = checkpoints_of(world.store, world.projection)
    offsets_at = None if archived else world.log.offsets_at
    planned = plan(
        world.projection, world.store, declared, bounds, offsets_at, DATES, UTC, timedelta(0),
        world.log.compacted(bounds),
    )  # fmt: skip
    request = Request([], DATES, KAFKA, 1, timedelta(0), False)
    done: dict[str, Outcome] = {}
    rebuild(Settings(flush_records=3), world.store, world.log, [planned], request, Notebook(), done)
    return done[world.projection.name]


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("projection", ["order-funnel", "revenue"])
@settings(max_examples=100, deadline=None, derandomize="CI" in os.environ)
@given(data=st.data())
def test_of_an_event_that_is_there_twice_either_record_is_enough(
    projection: str, archived: bool, data: st.DataObject
) -> None:
    """Live had both; then compaction drops some earlier ones: figures, and all else, stay."""
    events = data.draw(logs, label="events")
    sent = data.draw(st.lists(st.sampled_from(events), min_size=1, max_size=20), label="sent")
    log = MemoryLog("topic", 1)
    log.is_compacted = True
    for each in sent:
        log.append("topic/0", json.dumps(each).encode(), timestamp=LATER)
    world = World(projection, log, memory(MemoryStore()))
    world.consumer().run()
    before, journals = world.documents(), list(world.store.scan("analytics_orders"))
    for offset, each in enumerate(sent):
        if each in sent[offset + 1 :] and data.draw(st.booleans(), label="compacted away"):
            log.compact_away("topic/0", offset)
    for _ in range(2):
        outcome = backfill(world, archived=archived)
        assert (outcome.changed, outcome.kept) == ({}, [])
        assert world.documents() == before
        assert list(world.store.scan("analytics_orders")) == journals
    world.consumer().run()
    world.replayer(log.bounds(log.partitions())).run()
    assert world.documents() == before


def test_a_date_loses_nothing_by_what_compaction_has_dropped() -> None:
    """Without a copy that is left the event is not there to be counted: the date is left alone."""
    log = MemoryLog("topic", 1)
    log.is_compacted = True
    events = [
        {
            "event_id": f"e{n}",
            "event_type": "order.created",
            "occurred_at": f"{DATES[n % 2]}T10:00:00Z",
            "payload": {"order_id": "o"},
        }
        for n in range(10)
    ]
    for each in events:
        log.append("topic/0", json.dumps(each).encode(), timestamp=LATER)
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    before = world.documents()
    log.compact_away("topic/0", 4)
    outcome = backfill(world, archived=False)
    assert (outcome.kept, outcome.changed) == ([DATES[0]], {})
    assert world.documents() == before
