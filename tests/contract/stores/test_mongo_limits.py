"""MongoDB's own matters: documents over 16 MB, split bulks, the ledger's memory and economy."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from sc_analytics_cli.errors import LimitError
from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.mongo import MongoStore
from sc_analytics_cli.store.mongo_ledger import LOG
from sc_analytics_cli.store.port import Store
from tests.contract.stores.kinds import MONGO, only
from tests.contract.stores.naming import timed
from tests.contract.stores.places import OnServer

Connect = Callable[..., MongoStore]

KIND = "analytics_community_revenue"
LEDGER = "analytics_ledger_order_funnel"
MEGABYTE = 1024 * 1024
DAY = 86_400


@pytest.fixture
def database(place: OnServer) -> Iterator[Database[dict[str, Any]]]:
    """The database of `place`, seen with the plain driver."""
    with MongoClient[dict[str, Any]](place.uri, timeoutMS=30_000) as client:
        yield client.get_default_database()


@only(*MONGO)
@pytest.mark.parametrize("size", [17 * MEGABYTE, 49 * MEGABYTE], ids=["17 MB", "49 MB"])
def test_nothing_is_stored_of_a_document_over_16_mb(store: Store, size: int) -> None:
    (known,) = store.swap(KIND, [{"_id": "known", "n": 1}]).values()
    before = store.load(KIND, ["known"])
    large: list[dict[str, Any]] = [
        {"_id": "known", "rev": known, "n": 2, "text": "x" * size},
        {"_id": "new", "text": "x" * size},
    ]
    for document in large:
        with pytest.raises(LimitError) as caught:
            store.swap(KIND, [{"_id": "left", "n": 1}, document, {"_id": "right", "n": 1}])
        assert f"'{document['_id']}' of {KIND} would outgrow MongoDB's 16 MB" in caught.value.what
        assert len(caught.value.what) < 400
        assert store.load(KIND, ["known", "new"]) == before
        # A neighbour is whole where it was stored; nobody was told its rev, so load it again.
        for neighbour in store.load(KIND, ["left", "right"]).values():
            assert neighbour["n"] == 1
            assert store.remove(KIND, [neighbour])
    assert store.swap(KIND, [{"_id": "known", "rev": known, "n": 2}]).keys() == {"known"}


@only(*MONGO)
def test_a_document_just_below_16_mb_is_replaced_kept_and_lost_as_any_other(store: Store) -> None:
    large = {"_id": "a", "text": "x" * (16 * MEGABYTE - 100), "n": 1}
    (first,) = store.swap(KIND, [large]).values()
    (second,) = store.swap(KIND, [large | {"rev": first, "n": 2}]).values()
    assert store.swap(KIND, [large | {"rev": first, "n": 3}]) == {}
    assert store.load(KIND, ["a"]) == {"a": large | {"rev": second, "n": 2}}


@only(*MONGO)
@pytest.mark.parametrize("beyond", [-60, -50, 500, 17_000])
def test_the_limit_is_the_same_for_a_new_document_and_one_that_grows(
    store: Store, beyond: int
) -> None:
    """Whoever checks it, driver or server: stored whole, or a LimitError and nothing stored."""
    text = "x" * (16 * MEGABYTE + beyond)
    (rev,) = store.swap(KIND, [{"_id": "grows", "n": 1}]).values()
    for document in ({"_id": "new", "text": text}, {"_id": "grows", "rev": rev, "text": text}):
        before = store.load(KIND, [document["_id"]])
        if beyond < -57:  # that much the document takes besides its text
            (now,) = store.swap(KIND, [document]).values()
            assert store.load(KIND, [document["_id"]]) == {document["_id"]: document | {"rev": now}}
        else:
            with pytest.raises(LimitError, match="would outgrow"):
                store.swap(KIND, [document])
            assert store.load(KIND, [document["_id"]]) == before


@only(*MONGO)
def test_the_winners_of_a_swap_of_70_mb_are_exact(store: Store) -> None:
    text = "x" * (10 * MEGABYTE)
    revs = store.swap(KIND, [{"_id": f"d{n}", "n": 1} for n in range(4)])
    store.swap(KIND, [{"_id": each, "rev": revs[each], "n": 2} for each in ("d1", "d3")])
    won = store.swap(
        KIND,
        [
            *({"_id": f"d{n}", "rev": revs[f"d{n}"], "n": 3, "text": text} for n in range(4)),
            *({"_id": f"d{n}", "n": 3, "text": text} for n in range(3, 6)),
        ],
    )
    assert won.keys() == {"d0", "d2", "d4", "d5"}
    assert [each["n"] for each in store.scan(KIND)] == [3, 2, 3, 2, 3, 3]


@only(*MONGO)
@pytest.mark.parametrize("days", [1, 30, 3650])
def test_the_ledger_forgets_after_its_days(
    connect: Connect, place: OnServer, database: Database[dict[str, Any]], days: int
) -> None:
    store = connect(place.uri, ledger_days=days)
    store.claim(LEDGER, {"e1": Coordinate("topic/0", 1)})
    assert expiry(database) == days * DAY
    (entry,) = database[LEDGER].find()
    assert entry.keys() == {"_id", "ids", "partitions", "places", "offsets", "seen"}
    assert [len(each) for each in entry["ids"]] == [16]


@only(*MONGO)
def test_changing_the_days_changes_the_ledger_that_is_there(
    connect: Connect, place: OnServer, database: Database[dict[str, Any]]
) -> None:
    for days in (30, 90, 7, 7):
        store = connect(place.uri, ledger_days=days)
        store.claim(LEDGER, {"e1": Coordinate("topic/0", 1)})
        assert expiry(database) == days * DAY
    assert [each["name"] for each in database[LEDGER].list_indexes()] == [
        "_id_",
        "ids_unique",
        "seen_ttl",
    ]


@only(*MONGO)
def test_what_the_ledger_has_forgotten_can_be_claimed_anew(
    store: Store, database: Database[dict[str, Any]]
) -> None:
    claims = {f"e{n}": Coordinate("topic/0", n) for n in range(10)}
    assert store.claim(LEDGER, claims) == {}
    assert store.claim(LEDGER, claims) == {}
    database[LEDGER].delete_many({})
    others = {each: Coordinate("topic/1", at.offset) for each, at in claims.items()}
    assert store.claim(LEDGER, others) == {}
    assert store.owners(LEDGER, claims) == {each: str(at) for each, at in others.items()}


@only(*MONGO)
def test_a_claim_of_many_ids_is_a_few_documents(
    store: Store, database: Database[dict[str, Any]]
) -> None:
    """Some hundred each, of whichever partition; every id keeps its own coordinate."""
    claims = {f"e{n}": Coordinate(f"topic/{n % 3}", 2**40 + n) for n in range(2_000)}
    assert store.claim(LEDGER, claims) == {}
    assert database[LEDGER].count_documents({}) == 4
    assert store.owners(LEDGER, claims) == {each: str(at) for each, at in claims.items()}


@only(*MONGO)
def test_one_taken_id_costs_its_neighbours_nothing(store: Store) -> None:
    """A segment that is refused for one id is claimed without it."""
    store.claim(LEDGER, {"e700": Coordinate("topic/9", 1)})
    claims = {f"e{n}": Coordinate("topic/0", n) for n in range(1_200)}
    assert store.claim(LEDGER, claims) == {"e700": "topic/9:1"}
    owners = store.owners(LEDGER, claims)
    assert owners == {each: str(at) for each, at in claims.items()} | {"e700": "topic/9:1"}


@only(*MONGO)
def test_a_range_read_before_is_looked_up_and_a_new_one_inserted(
    store: Store, database: Database[dict[str, Any]]
) -> None:
    def claim(start: int, stop: int) -> list[str]:
        """The kinds of command that a claim of these events took."""
        database.command("profile", 2)
        claims = {f"e{n}": Coordinate("topic/0", n) for n in range(start, stop)}
        assert store.claim(LEDGER, claims) == {}
        database.command("profile", 0)
        entries = [*database["system.profile"].find({"ns": database[LEDGER].full_name})]
        database["system.profile"].drop()
        return sorted({each["op"] for each in entries} - {"command", "getmore"})

    claim(1000, 1001)  # the first one makes the ledger
    assert claim(0, 100) == ["insert"]
    assert claim(100, 200) == ["insert"]
    assert claim(0, 200) == ["insert", "query"]  # some were there: it looks them up from now on
    assert claim(0, 200) == ["query"]
    assert claim(50, 150) == ["query"]
    assert claim(200, 300) == ["insert", "query"]  # none was there: it inserts from now on
    assert claim(300, 400) == ["insert"]


@only(MONGO[0])
def test_a_segment_and_its_index_are_small(
    store: Store, database: Database[dict[str, Any]]
) -> None:
    """Bytes an id, data and indexes together, uncompressed: it is what memory has to hold."""
    for start in range(0, 20_000, 5_000):
        store.claim(
            LEDGER, {f"event-{n}": Coordinate("topic/0", n) for n in range(start, start + 5_000)}
        )
    stats = database.command("collStats", LEDGER)
    assert stats["count"] == 40
    assert stats["size"] / 20_000 < 40


@only(MONGO[0])
def test_a_segment_of_the_log_has_no_index_over_its_ids(
    store: Store, database: Database[dict[str, Any]]
) -> None:
    """Bytes an id, uncompressed, and of the indexes: they do not grow with the ids."""
    for start in range(0, 20_000, 5_000):
        ids = [timed(f"event-{n}") for n in range(start, start + 5_000)]
        store.claim(LEDGER, {each: Coordinate("topic/0", n) for n, each in enumerate(ids)})
    stats = database.command("collStats", LEDGER + LOG)
    assert stats["count"] == 40
    assert stats["size"] / 20_000 < 28
    assert stats["totalIndexSize"] / 20_000 < 8


@only(MONGO[0])  # a standalone server logs nothing
def test_a_swap_logs_only_the_difference(store: Store, database: Database[dict[str, Any]]) -> None:
    document: dict[str, Any] = {"_id": "a", "cents": {f"community-{n}": n for n in range(20_000)}}
    document["rev"] = store.swap(KIND, [document])["a"]
    document["cents"]["community-7"] = -1
    store.swap(KIND, [document])
    oplog = database.client.get_database("local")["oplog.rs"]
    (last,) = oplog.find({"ns": database[KIND].full_name}).sort("$natural", -1).limit(1)
    assert last["op"] == "u"
    assert len(str(last)) < 2000


def expiry(database: Database[dict[str, Any]]) -> float:
    """After how many seconds the ledger forgets."""
    (seconds,) = (
        each["expireAfterSeconds"]
        for each in database[LEDGER].list_indexes()
        if each["key"] == {"seen": 1}
    )
    return float(seconds)
