"""Many writers at once: nothing is lost, nothing counts twice, and each claim has one winner."""

import random
import sys
import time
from collections.abc import Iterator

import pytest

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.port import Store
from tests.contract.stores.crowd import in_processes, in_threads
from tests.contract.stores.kinds import DURABLE, SHARED, only
from tests.contract.stores.places import Place

KIND = "analytics_order_funnel"
LEDGER = "analytics_ledger_order_funnel"
COUNTERS = ["a", "b", "c"]
EVENTS = 300


@pytest.fixture(autouse=True)
def hasty_threads() -> Iterator[None]:
    """Threads take turns so often that they meet inside every verb."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def count_up(number: int, place: Place, times: int) -> int:
    """Add one to each counter, so often; returns how many swaps were lost and done again."""
    store = place.open()
    conflicts = 0
    for _ in range(times):
        pending = COUNTERS
        while pending:
            known = store.load(KIND, pending)
            time.sleep(0.001)  # the time that folding takes, in which the others swap
            changed = []
            for key in pending:
                document = known.get(key) or {"_id": key, "n": 0, "by": {}}
                by = document["by"] | {str(number): document["by"].get(str(number), 0) + 1}
                changed.append(document | {"n": document["n"] + 1, "by": by})
            won = store.swap(KIND, changed)
            pending = [key for key in pending if key not in won]
            conflicts += len(pending)
    store.close()
    return conflicts


def claim_all(number: int, place: Place) -> dict[str, str]:
    """Claim every event from a coordinate of one's own, bit by bit; returns the claims lost."""
    store = place.open()
    events = [f"event-{each}" for each in range(EVENTS)]
    random.Random(number).shuffle(events)
    lost: dict[str, str] = {}
    for start in range(0, EVENTS, 25):
        part = events[start : start + 25]
        lost |= store.claim(LEDGER, {each: Coordinate(f"topic/{number}", 7) for each in part})
    store.close()
    return lost


def count_and_claim(number: int, place: Place, times: int) -> tuple[int, dict[str, str]]:
    """Both, in one process."""
    return count_up(number, place, times), claim_all(number, place)


def make_and_remove(number: int, place: Place, times: int) -> tuple[int, int]:
    """Make one document, and remove it again; returns how often each was done."""
    store = place.open()
    made = removed = 0
    for _ in range(times):
        made += len(store.swap(KIND, [{"_id": "one", "by": number}]))
        removed += len(store.remove(KIND, [*store.load(KIND, ["one"]).values()]))
    store.close()
    return made, removed


def assert_exact(store: Store, writers: int, times: int) -> None:
    for document in store.scan(KIND):
        assert document["n"] == writers * times
        assert document["by"] == {str(number): times for number in range(writers)}
    assert [each["_id"] for each in store.scan(KIND)] == COUNTERS


def assert_one_winner_each(store: Store, lost_by: list[dict[str, str]]) -> None:
    owners = store.owners(LEDGER, [f"event-{each}" for each in range(EVENTS)])
    assert len(owners) == EVENTS
    for event, owner in owners.items():
        losers = {number for number, lost in enumerate(lost_by) if event in lost}
        (winner,) = set(range(len(lost_by))) - losers
        assert owner == f"topic/{winner}:7"
        assert {lost_by[each][event] for each in losers} == {owner}


@only(*SHARED)
def test_threads_counting_in_the_same_documents_lose_nothing(place: Place, store: Store) -> None:
    conflicts = in_threads(8, count_up, place, 25)
    assert_exact(store, 8, 25)
    assert sum(conflicts) > 0  # else they did not meet


@only(*DURABLE)
def test_processes_count_exactly_and_one_of_them_wins_each_event(
    place: Place, store: Store
) -> None:
    results = in_processes(4, count_and_claim, place, 30)
    assert_exact(store, 4, 30)
    assert sum(conflicts for conflicts, _ in results) > 0
    assert_one_winner_each(store, [lost for _, lost in results])


@only(*SHARED)
def test_of_threads_that_claim_the_same_event_one_wins(place: Place, store: Store) -> None:
    assert_one_winner_each(store, in_threads(8, claim_all, place))


@only(*SHARED)
def test_every_document_made_is_removed_once_at_most(place: Place, store: Store) -> None:
    results = in_threads(8, make_and_remove, place, 25)
    made, removed = (sum(each) for each in zip(*results, strict=True))
    assert made - removed == len(store.load(KIND, ["one"]))
    assert removed > 0
