"""Checkpoints: moved by one or by several, nothing that was absorbed is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.fold.ranges import union_all
from sc_analytics_cli.run.checkpoints import Checkpoints, absorbed_since, checkpoint_id
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import CHECKPOINTS
from tests.fakes import FrailStore

NOW = datetime(2026, 10, 1, tzinfo=UTC)
LATER = datetime(2026, 10, 2, tzinfo=UTC)


def stored(store: MemoryStore, partition: str = "t/0") -> dict[str, object]:
    """The checkpoint as it is stored, but for its revision."""
    found = store.load(CHECKPOINTS, [checkpoint_id("revenue", partition)])
    return {k: v for k, v in found[checkpoint_id("revenue", partition)].items() if k != "rev"}


def test_a_move_is_stored() -> None:
    """One document a projection and partition."""
    store = MemoryStore()
    mover = Checkpoints(store, "revenue")
    mover.identify({"t/0": "id-1"})
    mover.move({"t/0": [[0, 5]], "t/1": [[3, 3]]}, NOW)
    assert stored(store) == {
        "_id": "revenue:t/0",
        "projection": "revenue",
        "partition": "t/0",
        "ranges": [[0, 5]],
        "next": 5,
        "topic_id": "id-1",
        "updated_at": NOW,
    }
    assert (stored(store, "t/1")["ranges"], stored(store, "t/1")["next"]) == ([[3, 3]], 3)
    assert "topic_id" not in stored(store, "t/1")
    assert Checkpoints(store, "order-funnel").load(["t/0"]) == {}


def test_what_is_known_is_not_written_again() -> None:
    """Neither by the one who wrote it nor by another."""
    store = MemoryStore()
    mover = Checkpoints(store, "revenue")
    mover.move({"t/0": [[0, 5]]}, NOW)
    before = store.load(CHECKPOINTS, ["revenue:t/0"])
    mover.move({"t/0": [[0, 5]]}, LATER)
    mover.move({"t/0": [[2, 4]]}, LATER)
    Checkpoints(store, "revenue").move({"t/0": [[0, 5]]}, LATER)
    assert store.load(CHECKPOINTS, ["revenue:t/0"]) == before


def test_reading_goes_on_after_the_last_range() -> None:
    """An earlier piece that is filled in later changes nothing of that."""
    store = MemoryStore()
    mover = Checkpoints(store, "revenue")
    mover.move({"t/0": [[50, 60]]}, NOW)
    mover.move({"t/0": [[0, 10]]}, LATER)
    assert (stored(store)["ranges"], stored(store)["next"]) == ([[0, 10], [50, 60]], 60)
    assert absorbed_since(mover.load(["t/0"])["t/0"]) == (50, 60)
    mover.move({"t/0": [[10, 50]]}, LATER)
    assert absorbed_since(mover.load(["t/0"])["t/0"]) == (0, 60)


def test_the_topics_identity_stays() -> None:
    """It is kept from the first move that knows one, whoever moves the checkpoint later."""
    store = MemoryStore()
    Checkpoints(store, "revenue").move({"t/0": [[0, 5]]}, NOW)
    for told in ("id-1", "id-2"):
        mover = Checkpoints(store, "revenue")
        mover.identify({"t/0": told})
        mover.move({"t/0": [[0, int(told[-1]) * 10]]}, LATER)
        assert stored(store)["topic_id"] == "id-1"
    Checkpoints(store, "revenue").move({"t/0": [[0, 30]]}, LATER)
    assert stored(store)["topic_id"] == "id-1"


def test_an_accepted_gap_is_recorded_once() -> None:
    """What was lost stays known; reading goes on behind it, also after a kill."""
    store = MemoryStore()
    Checkpoints(store, "revenue").move({"t/0": [[0, 5]]}, NOW)
    for _ in range(2):
        Checkpoints(store, "revenue").accept_gap("t/0", 8, LATER)
        assert stored(store)["gaps"] == [[5, 8]]
        assert (stored(store)["ranges"], stored(store)["next"]) == ([[0, 5], [8, 8]], 8)
    Checkpoints(store, "revenue").move({"t/0": [[8, 9]]}, LATER)
    assert stored(store)["ranges"] == [[0, 5], [8, 9]]
    assert stored(store)["gaps"] == [[5, 8]]


def test_of_two_movers_that_race_both_count() -> None:
    """The one that comes second, with an old picture, adds its range to the other's."""
    store = MemoryStore()
    one, other = Checkpoints(store, "revenue"), Checkpoints(store, "revenue")
    one.move({"t/0": [[0, 5]]}, NOW)
    other.move({"t/0": [[0, 9]]}, NOW)
    one.move({"t/0": [[0, 7]], "t/1": [[0, 2]]}, NOW)
    assert (stored(store)["ranges"], stored(store, "t/1")["ranges"]) == ([[0, 9]], [[0, 2]])
    one.move({"t/0": [[20, 30]]}, NOW)
    other.move({"t/0": [[0, 12]]}, NOW)
    assert stored(store)["ranges"] == [[0, 12], [20, 30]]


@pytest.mark.parametrize("before", [[], [[0, 2]]])
def test_a_mover_that_comes_in_between_load_and_swap_counts_too(before: list[list[int]]) -> None:
    """On an existing checkpoint and on the very first write."""
    store = FrailStore()
    one, other = Checkpoints(store, "revenue"), Checkpoints(store, "revenue")
    if before:
        other.move({"t/0": before}, NOW)
    store.at(2, lambda: other.move({"t/0": [[0, 9]]}, NOW))
    one.move({"t/0": [[0, 2], [12, 20]]}, NOW)
    assert stored(store)["ranges"] == [[0, 9], [12, 20]]


def test_of_two_that_begin_at_once_the_first_decides() -> None:
    """The mark of the second, further on, would let the records in between be lost."""
    store = MemoryStore()
    one, other = Checkpoints(store, "revenue"), Checkpoints(store, "revenue")
    assert one.load(["t/0"]) == other.load(["t/0"]) == {}
    one.move({"t/0": [[100, 100]]}, NOW)
    other.move({"t/0": [[105, 105]]}, NOW)
    assert absorbed_since(other.load(["t/0"])["t/0"]) == (100, 100)
    one.move({"t/0": [[100, 103]]}, NOW)
    assert absorbed_since(other.load(["t/0"])["t/0"]) == (100, 103)


spans = st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda each: [each[0], sum(each)])


@given(st.lists(st.tuples(st.integers(0, 2), spans, st.booleans()), max_size=12))
def test_three_movers_lose_nothing(moves: list[tuple[int, list[int], bool]]) -> None:
    """In any order, with or without what they remember."""
    store = MemoryStore()
    movers = [Checkpoints(store, "revenue") for _ in range(3)]
    for number, span, forgets in moves:
        if forgets:
            movers[number].forget()
        movers[number].move({"t/0": [span]}, NOW)
    if moves:
        assert stored(store)["ranges"] == union_all([], [span for _, span, _ in moves])
