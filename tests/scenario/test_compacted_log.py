"""A compacted log of events that are on it twice: a backfill counts what is left, each once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.cli.rebuild import hold_back, rebuild
from sc_analytics_cli.cli.rebuild_request import KAFKA, Request
from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.run.backfill import Outcome
from sc_analytics_cli.run.backfill_plan import checkpoints_of, plan
from sc_analytics_cli.settings import Settings
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import DEAD_LETTERS
from tests.fakes import MemoryLog, Notebook
from tests.oracle.sample import pay

from .opening import memory
from .test_counted_elsewhere import DATES, LATER, logs
from .world import World


def backfill(world: World, dates: Sequence[str] = DATES, *, allowed: bool = False) -> Outcome:
    """Rebuild dates from this world's log, as the command does."""
    bounds = world.log.bounds(world.log.partitions())
    declared = checkpoints_of(world.store, world.projection)
    planned = plan(
        world.projection, world.store, declared, bounds, world.log.offsets_at, dates, UTC,
        timedelta(0), world.log.compacted(bounds),
    )  # fmt: skip
    hold_back([planned])
    if allowed:
        planned.guarded = frozenset()
    request = Request([], dates, KAFKA, 1, timedelta(0), False)
    done: dict[str, Outcome] = {}
    rebuild(Settings(flush_records=3), world.store, world.log, [planned], request, Notebook(), done)
    return done[world.projection.name]


def journals_of(world: World) -> dict[str, list[Document]]:
    """Order → its facts."""
    return {each["_id"]: each["facts"] for each in world.store.scan(world.projection.journals())}


def compacted(events: Iterable[Mapping[str, object]]) -> MemoryLog:
    """A log of one partition that may lose any record."""
    log = MemoryLog("topic", 1)
    log.is_compacted = True
    append(log, events)
    return log


def append(
    log: MemoryLog, events: Iterable[Mapping[str, object]], partition: str = "topic/0"
) -> None:
    """Put more of them on the log."""
    for each in events:
        log.append(partition, json.dumps(each).encode(), timestamp=LATER)


def created(first: int, count: int) -> list[dict[str, object]]:
    """Orders of the two dates in turn."""
    return [
        {
            "event_id": f"e{n}",
            "event_type": "order.created",
            "occurred_at": f"{DATES[n % 2]}T10:00:00Z",
            "payload": {"order_id": "o"},
        }
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize("projection", ["order-funnel", "revenue"])
@settings(max_examples=100, deadline=None, derandomize="CI" in os.environ)
@given(data=st.data())
def test_of_an_event_that_is_there_twice_either_record_is_enough(
    projection: str, data: st.DataObject
) -> None:
    """Live had both; then compaction drops some earlier ones: figures, and all else, stay."""
    events = data.draw(logs, label="events")
    sent = data.draw(st.lists(st.sampled_from(events), min_size=1, max_size=20), label="sent")
    log = compacted(sent)
    world = World(projection, log, memory(MemoryStore()))
    world.consumer().run()
    before, journals = world.documents(), journals_of(world)
    for offset, each in enumerate(sent):
        if each in sent[offset + 1 :] and data.draw(st.booleans(), label="compacted away"):
            log.compact_away("topic/0", offset)
    for _ in range(2):
        outcome = backfill(world)
        assert (outcome.changed, outcome.kept) == ({}, [])
        assert world.documents() == before
        assert journals_of(world) == journals
    world.consumer().run()
    world.replayer(log.bounds(log.partitions())).run()
    assert world.documents() == before


@pytest.mark.parametrize("projection", ["order-funnel", "revenue"])
@settings(max_examples=100, deadline=None, derandomize="CI" in os.environ)
@given(data=st.data())
def test_whatever_compaction_drops_nothing_is_taken_away(
    projection: str, data: st.DataObject
) -> None:
    """Documents stay, also where more has come since; so do journals of orders."""
    events = data.draw(logs, label="events")
    log = compacted(data.draw(st.lists(st.sampled_from(events), min_size=1, max_size=20)))
    world = World(projection, log, memory(MemoryStore()))
    world.consumer().run()
    before, journals = world.documents(), journals_of(world)
    for offset in range(log.bounds(["topic/0"])["topic/0"][1]):
        if data.draw(st.booleans(), label="compacted away"):
            log.compact_away("topic/0", offset)
    append(log, data.draw(st.lists(st.sampled_from(events), max_size=5), label="not absorbed yet"))
    outcome = backfill(world)
    assert outcome.changed == {}
    assert world.documents() == before
    kept = journals_of(world)
    assert all(kept[order][: len(facts)] == facts for order, facts in journals.items())


def test_a_date_loses_nothing_by_what_compaction_has_dropped() -> None:
    """Without a copy that is left the event is not there to be counted: the date is left alone."""
    log = compacted(created(0, 10))
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    before = world.documents()
    log.compact_away("topic/0", 4)
    outcome = backfill(world)
    assert (outcome.kept, outcome.changed) == ([DATES[0]], {})
    assert world.documents() == before


def test_what_came_since_does_not_hide_what_is_gone() -> None:
    """A consumer that lags: more has come than compaction has dropped."""
    log = compacted(created(0, 10))
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    before = world.documents()
    log.compact_away("topic/0", 4)
    append(log, created(10, 20))
    outcome = backfill(world)
    assert (outcome.kept, outcome.changed) == ([DATES[0]], {})
    assert world.documents() == before
    world.consumer().run()
    assert [each["orders_created"] for each in world.documents().values()] == [15, 15]


def test_only_what_loses_events_is_incomplete_where_that_is_allowed() -> None:
    """And stays so until a log that has all of it rebuilds the date."""
    log = compacted(created(0, 10))
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    log.compact_away("topic/0", 4)
    outcome = backfill(world, allowed=True)
    assert list(outcome.changed) == [DATES[0]]
    for _ in range(2):
        stored = world.store.load(world.projection.collection(), DATES)
        assert [each.get("incomplete") for each in stored.values()] == [True, None]
        assert backfill(world).changed == {}


def test_a_letter_of_a_date_that_is_left_alone_stays_open() -> None:
    """It can be read now, but the document does not count it; a retry does, once."""
    log = compacted([*created(0, 4), {**created(4, 1)[0], "event_id": None}])
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    log.put_back("topic/0", 4, json.dumps(created(4, 1)[0]).encode())
    for offset in (0, 2):
        log.compact_away("topic/0", offset)
    assert backfill(world).kept == [DATES[0]]
    (letter,) = world.store.scan(DEAD_LETTERS)
    assert letter["status"] == "open"


def test_an_owner_that_is_there_and_cannot_be_read_is_not_gone() -> None:
    """Its copy is no reason to count it: whoever learns to read it does that."""
    log = compacted(created(0, 1) * 2)
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    before = world.documents()
    log.put_back("topic/0", 0, json.dumps(created(0, 1)[0] | {"event_id": 5}).encode())
    assert backfill(world).kept == [DATES[0]]
    assert world.documents() == before
    (letter,) = world.store.scan(DEAD_LETTERS)
    assert letter["status"] == "absorbed"


def test_a_payment_that_cannot_be_read_any_more_keeps_its_place_in_the_journal() -> None:
    """Its date is left alone, so the order's next payment is not its first one."""
    payments = [pay("o-1", 100, f"{DATES[0]}T10:00:00Z"), pay("o-1", 50, f"{DATES[1]}T10:00:00Z")]
    log = compacted(payments)
    world = World("revenue", log, memory(MemoryStore()))
    world.consumer().run()
    before, journals = world.documents(), journals_of(world)
    broken = payments[0] | {"payload": {"order_id": "o-1", "amount_cents": "100"}}
    log.put_back("topic/0", 0, json.dumps(broken).encode())
    for _ in range(2):
        assert backfill(world).kept == [DATES[0]]
        assert (world.documents(), journals_of(world)) == (before, journals)
        (letter,) = world.store.scan(DEAD_LETTERS)
        assert letter["status"] == "absorbed"
    append(log, [pay("o-1", 7, f"{DATES[1]}T11:00:00Z")])
    world.consumer().run()
    assert world.documents()[DATES[1]]["paid_orders"] == before[DATES[1]]["paid_orders"]


def test_dates_that_a_file_has_counted_lose_nothing_either() -> None:
    """The topic was never consumed, and holds but a part of what the file did."""
    store = MemoryStore()
    file = MemoryLog("file", 1)
    append(file, created(0, 10), "file/0")
    World("order-funnel", file, memory(store)).consumer().run()
    log = compacted(created(0, 10))
    world = World("order-funnel", log, memory(store))
    before = world.documents()
    assert backfill(world).changed == {}
    log.compact_away("topic/0", 4)
    assert backfill(world).kept == [DATES[0]]
    assert world.documents() == before


def test_a_counter_that_is_declared_no_more_is_no_loss() -> None:
    """Its figures are in the hours of older documents; the date is rebuilt without them."""
    log = compacted(created(0, 4))
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    kind = world.projection.collection()
    (stored,) = world.store.load(kind, [DATES[0]]).values()
    stored["hours"]["10"]["orders_dreamt_of"] = 3
    stored["orders_created"] -= 1
    world.store.swap(kind, [stored])
    assert list(backfill(world).changed) == [DATES[0]]
    (mended,) = world.store.load(kind, [DATES[0]]).values()
    assert (mended["orders_created"], mended["hours"]) == (2, {"10": {"orders_created": 2}})


def test_what_cannot_be_read_any_more_is_still_counted_by_dates_that_are_not_rebuilt() -> None:
    """On any log: it is listed as absorbed until its own date is rebuilt without it, then open."""
    log = compacted(created(0, 4))
    log.is_compacted = False
    world = World("order-funnel", log, memory(MemoryStore()))
    world.consumer().run()
    log.put_back("topic/0", 0, json.dumps(created(0, 1)[0] | {"event_id": 5}).encode())
    for dates, status, total in (([DATES[1]], "absorbed", 2), ([DATES[0]], "open", 1)):
        backfill(world, dates)
        (letter,) = world.store.scan(DEAD_LETTERS)
        assert letter["status"] == status
        assert world.documents()[DATES[0]]["orders_created"] == total
