"""MongoDB away, silent or refusing: said in time and in the product's words."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo import MongoClient

from sc_analytics_cli.errors import (
    AnalyticsError,
    AuthenticationError,
    UnreachableError,
    UsageError,
)
from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.mongo import MongoStore
from sc_analytics_cli.store.port import Store
from tests.contract.stores.crowd import in_threads
from tests.contract.stores.kinds import MONGO, only
from tests.contract.stores.naming import timed
from tests.contract.stores.places import OnServer
from tests.servers import MongoServer
from tests.servers.ports import free_ports

Connect = Callable[..., MongoStore]

KIND = "analytics_order_funnel"
LEDGER = "analytics_ledger_order_funnel"
TIMEOUT = 1.0
SLACK = 4.0
"""How much later than the timeout an answer may be on a busy machine."""

AT = Coordinate("topic/0", 1)
TIMED = timed("e1")
VERBS: dict[str, Callable[[Store], object]] = {
    "load": lambda store: store.load(KIND, ["a"]),
    "swap new": lambda store: store.swap(KIND, [{"_id": "new"}]),
    "swap": lambda store: store.swap(KIND, [{"_id": "a", "rev": "x"}]),
    "remove": lambda store: store.remove(KIND, [{"_id": "a", "rev": "x"}]),
    "scan": lambda store: list(store.scan(KIND)),
    "claim": lambda store: store.claim(LEDGER, {"e1": AT}),
    "claim in the log": lambda store: store.claim(LEDGER, {TIMED: AT}),
    "owners": lambda store: store.owners(LEDGER, ["e1"]),
    "owners in the log": lambda store: store.owners(LEDGER, [TIMED]),
}


@pytest.fixture(scope="module")
def faulty() -> Iterator[MongoServer]:
    """A replica set that can be told to fail."""
    with MongoServer(parameters={"enableTestCommands": "1"}) as server:
        yield server


@pytest.fixture
def server(place: OnServer, mongo: MongoServer, mongo_standalone: MongoServer) -> MongoServer:
    """The server of `place`."""
    return mongo if place.uri.startswith(mongo.uri.partition("?")[0]) else mongo_standalone


@contextmanager
def unreachable_in_time() -> Iterator[None]:
    start = time.monotonic()
    with pytest.raises(UnreachableError, match="MongoDB does not answer") as caught:
        yield
    assert time.monotonic() - start < TIMEOUT + SLACK
    assert "full error" not in caught.value.what
    assert "\n" not in caught.value.what
    assert len(caught.value.what) < 400


def assert_unreachable(store: Store) -> None:
    """Every verb says in time that the server is away; all at once, to save time."""

    def one(number: int) -> None:
        with unreachable_in_time():
            [*VERBS.values()][number](store)

    in_threads(len(VERBS), one)


def first_answer(verb: Callable[[], object]) -> object:
    """What the verb answers once the server is back; until then it may only be unreachable."""
    deadline = time.monotonic() + 15
    while True:
        try:
            return verb()
        except UnreachableError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_server_that_is_not_there(connect: Connect) -> None:
    (port,) = free_ports(1)
    assert_unreachable(connect(f"mongodb://127.0.0.1:{port}/x", timeout=TIMEOUT))


def test_a_host_that_is_not_there(connect: Connect) -> None:
    store = connect("mongodb://nosuch.invalid/x", timeout=TIMEOUT)
    with unreachable_in_time():
        store.load(KIND, ["a"])
    with pytest.raises(UnreachableError, match="looked up"):
        connect("mongodb+srv://nosuch.invalid/x", timeout=TIMEOUT)


@only(*MONGO)
def test_a_server_killed_between_two_verbs_and_started_again(
    server: MongoServer, opened: Callable[..., Store]
) -> None:
    store, hasty = opened(), opened(TIMEOUT)
    (rev,) = store.swap(KIND, [{"_id": "a", "n": 1}]).values()
    assert store.claim(LEDGER, {"e1": AT, TIMED: AT}) == {}
    wanted = {"a": {"_id": "a", "rev": rev, "n": 1}}
    assert first_answer(lambda: hasty.load(KIND, ["a"])) == wanted
    server.kill()
    assert_unreachable(hasty)
    server.restart()
    assert first_answer(lambda: hasty.load(KIND, ["a"])) == wanted
    assert first_answer(lambda: store.load(KIND, ["a"])) == wanted
    later = AT._replace(offset=2)
    found = store.claim(LEDGER, {"e1": later, "e2": AT, TIMED: later})
    assert found == {"e1": str(AT), TIMED: str(AT)}
    assert store.swap(KIND, [{"_id": "a", "rev": rev, "n": 2}]).keys() == {"a"}


@only(*MONGO)
def test_what_was_acknowledged_outlives_a_crash_of_the_server(
    server: MongoServer, opened: Callable[..., Store]
) -> None:
    store = opened()
    document: dict[str, Any] = {"_id": "a", "n": 0}
    document["rev"] = store.swap(KIND, [document])["a"]
    steps: list[Callable[[], object]] = [
        lambda: document.update(rev=store.swap(KIND, [document | {"n": 1}])["a"], n=1),
        lambda: store.claim(LEDGER, {"e1": AT, TIMED: AT}),
        lambda: store.remove(KIND, [document]),
    ]
    both = {"e1": str(AT), TIMED: str(AT)}
    wanted: list[tuple[list[dict[str, Any]], dict[str, str]]]
    wanted = [([document], {}), ([document], both), ([], both)]
    for step, (documents, owners) in zip(steps, wanted, strict=True):
        first_answer(step)
        server.kill()
        server.restart()
        assert first_answer(lambda: list(store.scan(KIND))) == documents
        assert store.owners(LEDGER, ["e1", TIMED]) == owners


@only(*MONGO)
def test_a_server_that_falls_silent_and_comes_back(
    server: MongoServer, opened: Callable[..., Store]
) -> None:
    store, hasty = opened(), opened(TIMEOUT)
    store.swap(KIND, [{"_id": "a", "n": 1}])
    assert first_answer(lambda: hasty.load(KIND, ["a"]))
    server.pause()
    assert_unreachable(hasty)
    server.resume()
    assert first_answer(lambda: hasty.load(KIND, ["a"]))
    assert store.swap(KIND, [{"_id": "b", "n": 1}]).keys() == {"b"}


@only(*MONGO)
def test_closing_does_not_wait_long_for_a_silent_server(
    server: MongoServer, opened: Callable[..., Store]
) -> None:
    store = opened(TIMEOUT)
    first_answer(lambda: store.swap(KIND, [{"_id": "a", "n": 1}]))
    server.pause()
    start = time.monotonic()
    store.close()
    assert time.monotonic() - start < TIMEOUT + SLACK


@pytest.mark.parametrize("code", [50, 11600, 10107])
def test_an_answer_after_which_nobody_knows_the_outcome(
    connect: Connect, faulty: MongoServer, code: int
) -> None:
    commands = ["find", "insert", "update", "delete", "createIndexes"]
    with failing(faulty, failCommands=commands, errorCode=code):
        assert_unreachable(connect(faulty.database_uri("x"), timeout=TIMEOUT))


def test_a_write_that_may_not_last_is_one_whose_outcome_is_unknown(
    connect: Connect, faulty: MongoServer
) -> None:
    store = connect(faulty.database_uri("y"))
    claims = {"e0": AT, "e1": AT, TIMED: AT}
    store.claim(LEDGER, {"e0": AT})
    concern = {"code": 64, "errmsg": "waiting for replication timed out"}
    verbs: list[Callable[[], object]] = [
        lambda: store.swap(KIND, [{"_id": "a", "n": 1}]),
        lambda: store.claim(LEDGER, {"e0": AT, "e1": AT}),
        lambda: store.claim(LEDGER, {TIMED: AT}),
    ]
    for verb in verbs:
        fault = failing(faulty, failCommands=["insert"], writeConcernError=concern)
        with fault, unreachable_in_time():
            verb()
    # It did happen, as it turns out; doing it again is safe and tells.
    assert store.swap(KIND, [{"_id": "a", "n": 1}]) == {}
    assert store.load(KIND, ["a"])["a"]["n"] == 1
    assert store.owners(LEDGER, [TIMED]) == {TIMED: str(AT)}
    assert store.claim(LEDGER, claims) == {}


def test_a_connection_that_breaks_once_is_not_noticed(
    connect: Connect, faulty: MongoServer
) -> None:
    store = connect(faulty.database_uri("z"))
    with failing(faulty, times=1, failCommands=["insert"], closeConnection=True):
        assert store.swap(KIND, [{"_id": "a"}, {"_id": "b"}]).keys() == {"a", "b"}
    with failing(faulty, times=1, failCommands=["find"], closeConnection=True):
        assert store.load(KIND, ["a", "b"]).keys() == {"a", "b"}
    with failing(faulty, times=1, failCommands=["update"], closeConnection=True):
        documents = [*store.load(KIND, ["a", "b"]).values()]
        assert store.swap(KIND, documents).keys() == {"a", "b"}


def test_a_refused_login_is_told_apart_and_not_repeated(
    connect: Connect, mongo: MongoServer
) -> None:
    uri = mongo.database_uri("x").replace("//", "//somebody:s3cret@")
    store = connect(uri)
    with pytest.raises(AuthenticationError, match="refused") as caught:
        store.load(KIND, ["a"])
    error = caught.value
    assert "s3cret" not in f"{error.what} {error.cause} {error.advice}"


def test_too_few_rights_are_told_apart(connect: Connect, faulty: MongoServer) -> None:
    store = connect(faulty.database_uri("x"))
    fault = failing(faulty, failCommands=["find"], errorCode=13)
    with fault, pytest.raises(AuthenticationError, match="wants a login"):
        store.load(KIND, ["a"])


def test_any_other_refusal_is_an_error_of_the_product(
    connect: Connect, faulty: MongoServer
) -> None:
    store = connect(faulty.database_uri("x"))
    fault = failing(faulty, failCommands=["find"], errorCode=8)
    with fault, pytest.raises(AnalyticsError, match="MongoDB: ") as caught:
        store.load(KIND, ["a"])
    assert type(caught.value) is AnalyticsError


def test_a_closed_store_says_so(connect: Connect) -> None:
    store = connect("mongodb://127.0.0.1/x")
    store.close()
    with pytest.raises(AnalyticsError, match="close") as caught:
        store.load(KIND, ["a"])
    assert not isinstance(caught.value, UnreachableError | UsageError)


@contextmanager
def failing(server: MongoServer, times: int = 0, **data: Any) -> Iterator[None]:
    """Let the server fail some commands, so often (0: always)."""
    with MongoClient[dict[str, Any]](server.uri, timeoutMS=10_000) as client:
        mode: object = {"times": times} if times else "alwaysOn"
        command = {"configureFailPoint": "failCommand", "mode": mode, "data": data}
        client.admin.command(command)
        try:
            yield
        finally:
            client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
