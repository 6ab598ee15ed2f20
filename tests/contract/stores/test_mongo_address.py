"""What `--store mongodb://…` may say: what is refused, what is not heeded, what is never told."""

from collections.abc import Callable
from contextlib import closing

import pytest

from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.mongo import MongoStore
from tests.servers import MongoServer

Connect = Callable[..., MongoStore]

KIND = "analytics_order_funnel"
LEDGER = "analytics_ledger_order_funnel"


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://",
        "mongodb:///x",
        "mongodb://host:99999/x",
        "mongodb://host:port/x",
        "mongodb://[::1/x",
        "mongodb://host/a b",
        "mongodb://host/$x",
        "mongodb://host/x?w",
        "mongodb://host/x?unknownOption=1",
        "mongodb://host/x?tls=maybe",
        "mongodb://host/x?readPreference=nonsense",
        "mongodb://host/x?timeoutMS=soon",
        "mongodb://host/x?authMechanism=NONSENSE",
        "mongodb://host/x?tlsCAFile=/no/such/file",
        "mongodb://one,two/x?directConnection=true",
        "mongodb+srv://host.example.com:27017/x",
        "mongodb+srv://one.example.com,two.example.com/x",
    ],
)
def test_an_address_that_cannot_be_used_is_a_usage_error(uri: str) -> None:
    with pytest.raises(UsageError, match="--store") as caught:
        MongoStore(uri)
    assert str(caught.value.advice).startswith("--store mongodb://")


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://user:pass/s3cret@host/x",
        "mongodb://user:1/s3cret:2@host:1/x",
        "mongodb://user:pass@s3cret@host/x",
        "mongodb://user:s3cret%zz@host/x",
        "mongodb://user:pass?s3cret=1@host/x",
        "mongodb://user:s3cret:more@host/x",
        "mongodb://user:s3cret@host:99999/x",
        "mongodb://user:s3cret@host/x?unknownOption=1",
        "mongodb://user:s3cret@host/x?authMechanism=NONSENSE",
        "mongodb://user:s3cret@host/a b",
        "mongodb://user:s3cret@one,two/x?directConnection=true",
    ],
)
def test_a_refused_address_never_tells_its_password(uri: str) -> None:
    with pytest.raises(UsageError, match="--store") as caught:
        MongoStore(uri)
    error = caught.value
    assert "s3cret" not in f"{error.what} {error.cause} {error.advice}"
    assert error.__cause__ is None  # nor does a traceback
    assert error.__suppress_context__


def test_what_is_wrong_besides_the_password_is_told() -> None:
    for rest, what in {
        "host/x?unknownOption=1": "unknownoption",
        "host:99999/x": "Port",
        "host/a b": "a b",
        "/x": "host",
    }.items():
        with pytest.raises(UsageError, match=what):
            MongoStore(f"mongodb://user:s3cret@{rest}")
    with pytest.raises(UsageError, match="%-encode"):
        MongoStore("mongodb://user:pass/word@host/x")


def test_without_a_name_the_database_is_the_product_s_own(
    connect: Connect, mongo: MongoServer
) -> None:
    unnamed, named = connect(mongo.uri), connect(mongo.database_uri("sc_analytics"))
    revs = unnamed.swap("analytics_test_of_names", [{"_id": "a"}])
    (found,) = named.load("analytics_test_of_names", ["a"]).values()
    assert found["rev"] == revs["a"]
    named.remove("analytics_test_of_names", [found])


@pytest.mark.parametrize(
    "options",
    [
        "readPreference=secondary",
        "readPreference=nearest&readConcernLevel=majority",
        "readConcernLevel=linearizable",
        "w=0",
        "w=1&journal=false",
        "retryWrites=false&retryReads=false",
        "timeoutMS=1",
        "tz_aware=false",
    ],
)
def test_no_option_takes_a_promise_away(
    connect: Connect, mongo_database: str, options: str
) -> None:
    store = connect(f"{mongo_database}{'&' if '?' in mongo_database else '?'}{options}")
    (rev,) = store.swap(KIND, [{"_id": "a", "n": 1}]).values()
    assert store.swap(KIND, [{"_id": "a", "n": 2}]) == {}
    assert store.load(KIND, ["a"]) == {"a": {"_id": "a", "rev": rev, "n": 1}}
    assert store.claim(LEDGER, {"e1": Coordinate("topic/0", 1)}) == {}
    assert store.claim(LEDGER, {"e1": Coordinate("topic/0", 2)}) == {"e1": "topic/0:1"}


def test_a_password_without_a_user_is_a_mistake() -> None:
    """Passing over it would try to get in as nobody."""
    with pytest.raises(UsageError, match="--store names no user") as refused:
        MongoStore("mongodb://host/db", password="s3cret")
    assert "s3cret" not in str(vars(refused.value))


@pytest.mark.parametrize("login", ["me", "me:other"])
def test_a_password_of_its_own_comes_before_the_one_in_the_address(login: str) -> None:
    """Whatever must be escaped in an address may be in it."""
    with closing(MongoStore(f"mongodb://{login}@host/db", password="s/3@%")) as store:
        credentials = store._client.options.pool_options._credentials
    assert (credentials.username, credentials.password) == ("me", "s/3@%")


def test_a_user_without_a_password_is_told_where_to_say_it() -> None:
    with pytest.raises(UsageError, match="has no password") as refused:
        MongoStore("mongodb://me@host/db")
    assert "SC_ANALYTICS_STORE_PASSWORD" in str(refused.value.advice)
