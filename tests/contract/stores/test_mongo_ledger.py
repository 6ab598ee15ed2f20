"""The ledger's segments under attack: duplicates across and inside them, deaths, crowds, sizes."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.ledger_key import key_of, split
from sc_analytics_cli.store.mongo_ledger import LOG
from sc_analytics_cli.store.port import Store
from tests.contract.stores.crowd import begin, end, in_processes
from tests.contract.stores.kinds import MONGO, only
from tests.contract.stores.naming import EVERY_NAMING, Naming
from tests.contract.stores.places import OnServer, Place

pytestmark = pytest.mark.parametrize("naming", EVERY_NAMING)

LEDGER = "analytics_ledger_order_funnel"
EVENTS = 4_000
BATCH = 1_300
SHARE = 0.03


@pytest.fixture
def database(place: OnServer) -> Iterator[Database[dict[str, Any]]]:
    """The database of `place`, seen with the plain driver."""
    with MongoClient[dict[str, Any]](place.uri, timeoutMS=30_000) as client:
        yield client.get_default_database()


def log_with_duplicates(seed: int) -> list[list[tuple[str, Coordinate]]]:
    """Batches of (event id, coordinate); 3 % of them copies of an event of any batch before."""
    rng = random.Random(seed)
    seen: list[str] = []
    batches: list[list[tuple[str, Coordinate]]] = [[]]
    for number in range(EVENTS):
        copied = seen and rng.random() < SHARE
        event = rng.choice(seen) if copied else f"e{number}"
        seen.append(event)
        if len(batches[-1]) == BATCH:
            batches.append([])
        batches[-1].append((event, Coordinate(f"topic/{number % 2}", number)))
    return batches


def claimed(store: Store, batch: list[tuple[str, Coordinate]]) -> tuple[dict[str, Coordinate], Any]:
    """Claim a batch, of two copies in it the first; returns what was claimed and what was lost."""
    claims = dict(reversed(batch))
    return claims, store.claim(LEDGER, claims)


@only(*MONGO)
@pytest.mark.parametrize("seed", [1, 2])
def test_three_percent_of_duplicates_in_and_across_segments(store: Store, seed: int) -> None:
    """The first coordinate of each id owns it, also when all is read again, and again."""
    owner: dict[str, Coordinate] = {}
    for batch in log_with_duplicates(seed):
        claims, lost = claimed(store, batch)
        known = dict(owner)
        for event, at in claims.items():
            owner.setdefault(event, at)
        assert lost == {each: str(known[each]) for each in claims if each in known}
    for _ in range(2):
        for batch in log_with_duplicates(seed):
            claims, lost = claimed(store, batch)
            assert lost == {
                each: str(owner[each]) for each, at in claims.items() if owner[each] != at
            }
    assert store.owners(LEDGER, owner) == {each: str(at) for each, at in owner.items()}


@only(*MONGO)
def test_two_ids_in_different_segments_that_are_taken(store: Store) -> None:
    """Neither first, last nor all of a segment's ids being taken costs the others anything."""
    other = Coordinate("topic/9", 1)
    taken = {f"e{n}" for n in (0, 499, 500, 999, 1_234)} | {f"e{n}" for n in range(1_500, 2_000)}
    assert store.claim(LEDGER, dict.fromkeys(taken, other)) == {}
    claims = {f"e{n}": Coordinate("topic/0", n) for n in range(2_100)}
    assert store.claim(LEDGER, claims) == dict.fromkeys(taken, str(other))
    wanted = {each: str(other if each in taken else at) for each, at in claims.items()}
    assert store.owners(LEDGER, claims) == wanted


def claim_shuffled(number: int, place: Place) -> tuple[dict[str, str], dict[str, str]]:
    """Claim every event from a coordinate of one's own, in segments that overlap others' anyhow."""
    store = place.open()
    rng = random.Random(number)
    events = [f"e{each}" for each in range(EVENTS)]
    rng.shuffle(events)
    lost: dict[str, str] = {}
    start = 0
    while start < EVENTS:
        stop = start + rng.randrange(1, 900)
        claims = {each: Coordinate(f"topic/{number}", 7) for each in events[start:stop]}
        lost |= store.claim(LEDGER, claims)
        start = stop
    owners = store.owners(LEDGER, events)
    store.close()
    return lost, owners


@only(*MONGO)
def test_processes_that_claim_overlapping_segments(place: Place, store: Store) -> None:
    """Each id has one owner, on whom all agree; it is the only one that was not told it lost."""
    results = in_processes(4, claim_shuffled, place)
    owners = store.owners(LEDGER, [f"e{each}" for each in range(EVENTS)])
    assert len(owners) == EVENTS
    for lost, seen in results:
        assert seen == owners
        assert all(owners[event] == owner for event, owner in lost.items())
    for event, owner in owners.items():
        winners = [n for n, (lost, _) in enumerate(results) if event not in lost]
        assert [f"topic/{n}:7" for n in winners] == [owner]


def claim_until_killed(line: Any, place: Place) -> None:
    """Claim event after event, saying how far one is before each claim."""
    store = place.open()
    for start in range(0, 200_000, 700):
        line.send(start)
        store.claim(
            LEDGER, {f"e{n}": Coordinate("topic/0", n) for n in range(start, start + 1_400)}
        )


@only(*MONGO)
def test_a_process_killed_while_it_claims(place: Place, store: Store) -> None:
    """What it had claimed is its coordinates', and who reads them again loses nothing."""
    process, line = begin(claim_until_killed, place)
    try:
        started = 0
        while started < 3 * 700:
            assert line.poll(60)
            started = line.recv()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(60)
        while line.poll():
            started = line.recv()
    except EOFError:
        pass
    finally:
        end(process, line)
    events = [f"e{n}" for n in range(started + 1_400)]
    claims = {each: Coordinate("topic/0", n) for n, each in enumerate(events)}
    found = store.owners(LEDGER, events)
    assert len(found) >= started  # all that it was told of
    assert found == {each: str(claims[each]) for each in found}
    assert store.claim(LEDGER, claims) == {}
    assert store.owners(LEDGER, events) == {each: str(at) for each, at in claims.items()}


@only(MONGO[0])
def test_segments_are_forgotten_while_ids_are_claimed(
    store: Store, database: Database[dict[str, Any]]
) -> None:
    """What goes between a refusal and the look-up is claimed anew; a claim always ends."""
    stop = threading.Event()

    def forget() -> None:
        while not stop.is_set():
            for each in (LEDGER, LEDGER + LOG):
                database[each].delete_many({})

    forgetting = threading.Thread(target=forget)
    forgetting.start()
    sides = [{f"e{n}": Coordinate(f"topic/{side}", n) for n in range(600)} for side in (0, 1)]
    try:
        for turn in range(30):
            mine, others = sides[turn % 2], sides[1 - turn % 2]
            lost = store.claim(LEDGER, mine)
            assert lost == {each: str(others[each]) for each in lost}
    finally:
        stop.set()
        forgetting.join()
    lost = store.claim(LEDGER, sides[0])
    owners = {each: lost.get(each, str(at)) for each, at in sides[0].items()}
    assert store.owners(LEDGER, sides[0]) == owners


@only(*MONGO)
def test_the_server_forgets_whole_segments_after_their_days(
    place: OnServer, store: Store, database: Database[dict[str, Any]], naming: Naming
) -> None:
    """And nothing younger; the ids that are gone can be claimed from another coordinate.

    Of a log that nobody has written to for days the last segment is kept for longer.
    """
    old = {f"old{n}": Coordinate("topic/0", n) for n in range(700)}
    new = {f"new{n}": Coordinate("topic/0", 700 + n) for n in range(700)}
    store.claim(LEDGER, old)
    for each in (LEDGER, LEDGER + LOG):
        database[each].update_many(
            {}, [{"$set": {"seen": {"$subtract": ["$seen", 40 * 86_400_000]}}}]
        )
    store.claim(LEDGER, new)
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    young = database[LEDGER + LOG].find({"seen": {"$gt": a_day_ago}})
    keys = {key for segment in young for key in split(segment["keys"])}
    kept = {each for each in old if key_of(naming(each)) in keys}
    database.client.admin.command("setParameter", 1, ttlMonitorSleepSecs=1)
    try:
        deadline = time.monotonic() + 120
        while (left := store.owners(LEDGER, old)).keys() != kept:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        database.client.admin.command("setParameter", 1, ttlMonitorSleepSecs=60)
    assert store.owners(LEDGER, new) == {each: str(at) for each, at in new.items()}
    again = {e: Coordinate("topic/1", at.offset) for e, at in old.items() if e not in left}
    assert store.claim(LEDGER, again) == {}
