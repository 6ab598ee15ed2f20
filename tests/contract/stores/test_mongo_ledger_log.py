"""The log of a ledger: whoever is first takes a number, at whatever moment others come between."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from sc_analytics_cli.errors import AnalyticsError
from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store import mongo_ledger_log
from sc_analytics_cli.store.ledger_remembered import Remembered
from sc_analytics_cli.store.mongo_ledger import LOG
from sc_analytics_cli.store.mongo_ledger_log import LedgerLog
from sc_analytics_cli.store.port import Store
from tests.contract.stores.kinds import MONGO, only
from tests.contract.stores.naming import scattered, timed
from tests.contract.stores.places import OnServer

LEDGER = "analytics_ledger_order_funnel"
HOUR = 3_600_000 // 7
"""So many words further on, an id of `timed` is an hour younger."""


@pytest.fixture
def log(place: OnServer) -> Iterator[Any]:
    """The collection of the log, seen with the plain driver."""
    with MongoClient[dict[str, Any]](place.uri, timeoutMS=30_000) as client:
        database: Database[dict[str, Any]] = client.get_default_database()
        yield database[LEDGER + LOG]


def claims(numbers: range | list[int], partition: str) -> dict[str, Coordinate]:
    return {timed(f"e{n}"): Coordinate(partition, n) for n in numbers}


@only(*MONGO)
@pytest.mark.parametrize("moment", ["_end", "_places", "_append", "_inserted"])
@pytest.mark.parametrize("theirs", [range(900, 1_100), range(5_000, 5_010), range(2_000)])
def test_somebody_else_claims_in_the_middle_of_a_claim(
    opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch, moment: str, theirs: range
) -> None:
    """Before any step of it: what they have is theirs, and the rest is ours."""
    store, other = opened(), opened()
    assert other.claim(LEDGER, claims(range(7_000, 7_100), "topic/9")) == {}
    step = getattr(LedgerLog, moment)
    between = [claims(theirs, "topic/1")]

    def interrupted(self: LedgerLog, *arguments: Any) -> Any:
        if between:
            assert other.claim(LEDGER, between.pop()) == {}
        return step(self, *arguments)

    monkeypatch.setattr(LedgerLog, moment, interrupted)
    mine = claims(range(1_500), "topic/0")
    shared = claims([n for n in theirs if n < 1_500], "topic/1")
    assert store.claim(LEDGER, mine) == {each: str(at) for each, at in shared.items()}
    owners = {each: str(at) for each, at in (mine | claims(theirs, "topic/1")).items()}
    assert store.owners(LEDGER, owners) == other.owners(LEDGER, owners) == owners


@only(*MONGO)
def test_a_number_that_is_taken_in_the_midst_of_a_claim(
    store: Store, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The segments before it stay; the others are looked up again and go behind it."""
    assert store.claim(LEDGER, claims([1_200], "topic/1")) == {}
    theirs = log.find_one_and_delete({})
    append = LedgerLog._append
    tried = []

    def overtaken(self: LedgerLog, mine: Any, end: Any, session: Any) -> int:
        if not tried:
            log.insert_one(theirs | {"_id": end.number + 3})
        tried.append(append(self, mine, end, session))
        return tried[-1]

    monkeypatch.setattr(LedgerLog, "_append", overtaken)
    mine = claims(range(1_500), "topic/0")
    assert store.claim(LEDGER, mine) == {timed("e1200"): "topic/1:1200"}
    assert tried == [1_000, 499]
    assert store.owners(LEDGER, mine) == {each: str(at) for each, at in mine.items()} | {
        timed("e1200"): "topic/1:1200"
    }


@only(*MONGO)
def test_late_ids_have_segments_of_their_own(store: Store, log: Any) -> None:
    """So that nobody who looks for ids of today has to look through a segment of months."""
    today = 200 * HOUR
    mine = claims([today - n * HOUR for n in range(1, 91)], "topic/0")
    mine |= claims(range(today, today + 400), "topic/0")
    assert store.claim(LEDGER, mine) == {}
    assert max(each["high"] - each["low"] for each in log.find()) <= 7 * 400
    for _ in range(2):
        elsewhere = {each: Coordinate("topic/1", 1) for each in mine}
        assert store.claim(LEDGER, elsewhere) == {each: str(at) for each, at in mine.items()}


@only(*MONGO)
def test_more_windows_than_one_question_is_about(store: Store) -> None:
    """Ids that are days apart from each other, claimed one by one and looked up together."""
    far = {scattered(f"e{n}"): Coordinate("topic/0", n) for n in range(300)}
    for each, at in far.items():
        assert store.claim(LEDGER, {each: at}) == {}
    assert store.owners(LEDGER, far) == {each: str(at) for each, at in far.items()}
    assert store.claim(LEDGER, {each: Coordinate("topic/1", 1) for each in far}) == {
        each: str(at) for each, at in far.items()
    }


@only(*MONGO)
def test_what_is_no_longer_remembered_is_asked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_ledger_log, "Remembered", partial(Remembered, room=1_000))
    mine = claims(range(5_000), "topic/0")
    for _ in range(3):
        assert store.claim(LEDGER, mine) == {}
    assert store.owners(LEDGER, mine) == {each: str(at) for each, at in mine.items()}


@only(*MONGO)
def test_what_came_since_is_looked_through_without_asking_for_all_again(
    opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often others are first: each lost race costs what they have appended."""
    store, other = opened(), opened()
    assert store.claim(LEDGER, claims([9_999], "topic/9")) == {}
    append, asked = LedgerLog._append, []
    races = iter(range(20))

    def overtaken(self: LedgerLog, mine: Any, end: Any, session: Any) -> int:
        if (race := next(races, None)) is not None:
            races_of_theirs = claims([race * 50], "topic/1")
            monkeypatch.setattr(LedgerLog, "_append", append)
            assert other.claim(LEDGER, races_of_theirs) == {}
            monkeypatch.setattr(LedgerLog, "_append", overtaken)
        return append(self, mine, end, session)

    def counted(self: LedgerLog, *arguments: Any) -> Any:
        asked.append(self)
        return places(self, *arguments)

    places = LedgerLog._places
    monkeypatch.setattr(LedgerLog, "_append", overtaken)
    monkeypatch.setattr(LedgerLog, "_places", counted)
    mine = claims(range(1_000), "topic/0")
    theirs = claims([race * 50 for race in range(20)], "topic/1")
    assert store.claim(LEDGER, mine) == {each: str(at) for each, at in theirs.items()}
    assert len(asked) == 1 + 20  # once by us, once in each claim of theirs


@only(*MONGO)
@pytest.mark.parametrize("theirs", [range(50), range(150)])
@pytest.mark.parametrize("forgotten", [False, True])
def test_what_came_since_may_be_much_or_gone_again(
    opened: Callable[..., Store],
    log: Any,
    monkeypatch: pytest.MonkeyPatch,
    theirs: range,
    forgotten: bool,
) -> None:
    """More segments than one answer of the server holds; or none, and the log is looked at anew."""
    store, other = opened(), opened()
    append, between = LedgerLog._append, [*theirs]

    def overtaken(self: LedgerLog, mine: Any, end: Any, session: Any) -> int:
        if not between:
            return append(self, mine, end, session)
        monkeypatch.setattr(LedgerLog, "_append", append)
        for number in between:
            assert other.claim(LEDGER, claims([number], "topic/1")) == {}
        between.clear()
        appended = append(self, mine, end, session)
        if forgotten:
            log.delete_many({})
        return appended

    monkeypatch.setattr(LedgerLog, "_append", overtaken)
    kept = {} if forgotten else {each: str(at) for each, at in claims(theirs, "topic/1").items()}
    assert store.claim(LEDGER, claims(range(1_000), "topic/0")) == kept


@only(*MONGO)
def test_asking_who_owns_an_id_writes_nothing(store: Store, log: Any) -> None:
    """Not even to a log that nobody has written to for days."""
    assert store.claim(LEDGER, claims(range(10), "topic/9")) == {}
    log.update_many({}, [{"$set": {"seen": {"$subtract": ["$seen", 20 * 86_400_000]}}}])
    before = [*log.find()]
    assert len(store.owners(LEDGER, claims(range(10), "topic/0"))) == 10
    assert [*log.find()] == before


@only(*MONGO)
@pytest.mark.parametrize("ids", [["e1"], [timed("e1")]], ids=["index", "log"])
def test_a_rule_of_the_collection_that_refuses_a_claim_is_told(
    store: Store, log: Any, ids: list[str]
) -> None:
    store.claim(LEDGER, {"e0": Coordinate("topic/0", 0), timed("e0"): Coordinate("topic/0", 0)})
    for name in (LEDGER, LEDGER + LOG):
        log.database.command("collMod", name, validator={"nothing": {"$exists": True}})
    with pytest.raises(AnalyticsError, match="MongoDB refused a write"):
        store.claim(LEDGER, dict.fromkeys(ids, Coordinate("topic/0", 1)))


@only(*MONGO)
def test_two_who_claim_while_the_last_segments_are_forgotten(
    opened: Callable[..., Store], log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers do not begin anew under somebody who has asked for the last one."""
    store, other = opened(), opened()
    assert store.claim(LEDGER, claims(range(600), "topic/9")) == {}
    log.update_many({}, [{"$set": {"seen": {"$subtract": ["$seen", 40 * 86_400_000]}}}])
    append, shared = LedgerLog._append, claims([7_000], "topic/1")
    between = [shared]

    def late(self: LedgerLog, mine: Any, end: Any, session: Any) -> int:
        if between:
            theirs = between.pop()
            days_ago = datetime.now(UTC) - timedelta(days=30)
            log.delete_many({"seen": {"$lt": days_ago}})  # as the server does
            assert other.claim(LEDGER, theirs) == {}
        return append(self, mine, end, session)

    monkeypatch.setattr(LedgerLog, "_append", late)
    assert store.claim(LEDGER, claims([7_000], "topic/0")) == {
        each: str(at) for each, at in shared.items()
    }


@only(*MONGO)
def test_a_last_segment_that_goes_before_it_can_be_kept(
    store: Store, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the one before it is the last, or there is none."""
    assert store.claim(LEDGER, claims(range(1_000), "topic/9")) == {}
    log.update_one({"_id": 2}, [{"$set": {"seen": {"$subtract": ["$seen", 40 * 86_400_000]}}}])
    kept = LedgerLog._kept

    def gone(self: LedgerLog, last: Any, session: Any) -> bool:
        log.delete_one({"_id": last["_id"]})
        return kept(self, last, session)

    monkeypatch.setattr(LedgerLog, "_kept", gone)
    first = claims(range(500), "topic/9")
    assert store.claim(LEDGER, claims(range(1_000), "topic/0")) == {
        each: str(at) for each, at in first.items()
    }
    assert [each["_id"] for each in log.find().sort("_id", 1)] == [1, 2]
    log.update_many({}, [{"$set": {"seen": {"$subtract": ["$seen", 40 * 86_400_000]}}}])
    assert store.claim(LEDGER, claims(range(1_000), "topic/2")) == {}


@only(*MONGO)
def test_numbers_that_begin_anew_are_not_taken_for_the_old_ones(
    opened: Callable[..., Store], log: Any
) -> None:
    """After all was forgotten, what a process remembers under a number is not believed."""
    store, other = opened(), opened()
    assert store.claim(LEDGER, claims(range(600), "topic/0")) == {}
    log.delete_many({})
    assert other.claim(LEDGER, claims(range(600), "topic/1")) == {}
    assert store.claim(LEDGER, claims(range(600), "topic/2")) == {
        each: str(at) for each, at in claims(range(600), "topic/1").items()
    }


@only(*MONGO)
def test_times_at_either_end_of_what_an_id_can_say(store: Store) -> None:
    """1970, and the year 10889."""
    ends = {
        f"{'0' * 8}-0000-7000-8000-{'0' * 12}": Coordinate("topic/0", 1),
        f"{'0' * 8}-0001-7000-8000-{'0' * 12}": Coordinate("topic/0", 2),
        f"{'f' * 8}-ffff-7fff-bfff-{'f' * 12}": Coordinate("topic/0", 3),
    }
    assert store.claim(LEDGER, ends) == {}
    assert store.claim(LEDGER, {each: Coordinate("topic/1", 1) for each in ends}) == {
        each: str(at) for each, at in ends.items()
    }
