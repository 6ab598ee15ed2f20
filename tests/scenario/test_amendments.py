"""Dead letters that can be read at last: each event counts once, whoever gets to it first."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.run.retry import Retry
from sc_analytics_cli.store.port import DEAD_LETTERS
from tests.fakes import MemoryLog
from tests.oracle.sample import event, pay

from .logs import IDS
from .readings import DATES, LATE, logs
from .test_mended_reading import amended, backfill, read_before, sizes, some_dates
from .world import World

Step = tuple[str, Any]

steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("retry"), st.integers(0, 20)),
        st.tuples(st.just("backfill"), some_dates),
        st.tuples(st.just("replay"), st.integers(0, 5)),
        st.tuples(st.just("live"), sizes),
    ),
    max_size=6,
)


def retry(world: World, number: int) -> None:
    """Retry one of the dead letters, closed ones too, by the reading of today."""
    letters = list(world.store.scan(DEAD_LETTERS))
    if letters:
        letter = letters[number % len(letters)]
        Retry(world.projection, world.store, world.rules, world.clock.now).retry(letter)


def take(world: World, turns: Sequence[Step]) -> None:
    """Do these things one after another, as processes of their own."""
    for name, content in turns:
        if name == "retry":
            retry(world, content)
        elif name == "backfill":
            backfill(world, content)
        elif name == "live":
            world.consumer().write(content)
        else:
            absorbed = {each: at["next"] for each, at in world.checkpoints().items()}
            world.replayer({each: (min(content, at), at) for each, at in absorbed.items()}).run()
        world.check_readable()


@pytest.mark.parametrize("projection", ["order-funnel", "revenue"])
@settings(max_examples=200, deadline=None, derandomize="CI" in os.environ)
@given(data=st.data())
def test_every_order_of_retry_backfill_and_replay_counts_each_event_once(
    projection: str, data: st.DataObject
) -> None:
    """What nobody could read is counted in the end, and exactly once."""
    log: MemoryLog = data.draw(logs(only_unread=True), label="log")
    world, _, _ = read_before(log, data.draw(sizes, label="before"), projection=projection)
    take(world, data.draw(steps, label="steps"))
    world.consumer().run()
    for number in range(len(list(world.store.scan(DEAD_LETTERS)))):
        retry(world, number)
    assert world.documents() == world.expected(world.stored_order()).documents
    before = world.documents()
    assert amended(backfill(world, DATES)) == {}
    assert world.documents() == before


def test_an_attribution_that_can_be_read_at_last_reaches_dates_that_are_not_rebuilt() -> None:
    """It arrived before payments of that date and of another: each has its share once."""
    log = MemoryLog("sc.domain.order", 3)
    late = event(
        "order.attribution_recorded",
        {"order_id": "o-1", "community_id": "c"},
        at=f"{DATES[0]}T00:00:00Z",
        before="unreadable",
    )
    paid = [pay("o-1", 1000 + n, at=f"{date}T00:00:00Z") for n, date in enumerate(DATES[:2])]
    for event_id, each in zip(IDS, (late, *paid), strict=False):
        each["event_id"] = event_id
        log.append("sc.domain.order/0", json.dumps(each).encode(), timestamp=LATE)
    world, _, _ = read_before(log, (3, 0, 0), projection="revenue")
    take(world, [("backfill", [DATES[0]])])
    retry(world, 0)
    assert world.documents() == world.expected(world.stored_order()).documents
