"""Whether MongoDB is there, lets us in, and keeps what it acknowledges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from ..errors import AnalyticsError, AuthenticationError, ConflictError
from ..examination import Address, Check, names_resolve, ports_answer
from .mongo import MongoStore
from .mongo_errors import translated, unusable
from .mongo_ledger import LOG

LOGIN: Final = "MongoDB login"
_ADVICE: Final = "check --store"
_LEAST: Final = (4, 4)
"""The oldest version that the driver and the way of swapping need."""

_TRIAL: Final = "analytics_doctor"
_CLOCKS_APART_SECONDS: Final = 30.0

Opened = Callable[[], MongoStore]


def mongo_checks(uri: str, timeout: float, store: Opened, ledgers: Sequence[str]) -> list[Check]:
    """The checks of a server; `store` opens it. The trial collection is dropped again."""
    wait = min(timeout, 5.0)
    return [
        Check("MongoDB name", lambda: names_resolve(_addresses(uri), _ADVICE)),
        Check(
            "MongoDB connection",
            lambda: ports_answer(_addresses(uri), wait, _ADVICE),
            ["MongoDB name"],
        ),
        Check(LOGIN, lambda: _login(store()), ["MongoDB connection"]),
        Check("MongoDB version", lambda: _version(store()), [LOGIN]),
        Check("write concern", lambda: _write_concern(store()), [LOGIN]),
        Check("write and read", lambda: _write_and_read(store()), [LOGIN]),
        Check("indexes", lambda: _indexes(store(), ledgers), [LOGIN]),
        Check("clock", lambda: _clock(store()), [LOGIN]),
    ]


def _addresses(uri: str) -> list[Address]:
    try:
        return [(host, port or 27017) for host, port in parse_uri(uri)["nodelist"]]
    except (PyMongoError, ValueError, TypeError, OSError) as error:
        raise unusable(uri, error) from None


def _command(store: MongoStore, name: str) -> dict[str, Any]:
    with translated(store._at):
        return store._database.command(name)


def _login(store: MongoStore) -> str:
    with translated(store._at):
        count = len(_collections(store))
    return f"let in; database {store._database.name} has {count} collections"


def _collections(store: MongoStore) -> set[str]:
    """Those on which the user has any right; whoever asks for all needs one more."""
    return set(store._database.list_collection_names(authorizedCollections=True))


def _version(store: MongoStore) -> str:
    version = _command(store, "buildInfo")["version"]
    if tuple(int(part) for part in version.split(".")[:2]) < _LEAST:
        raise AnalyticsError(
            f"MongoDB {version} is too old",
            cause="documents are swapped in a way that needs 4.4",
            advice="upgrade MongoDB",
        )
    return str(version)


def _write_concern(store: MongoStore) -> str:
    hello = _command(store, "hello")
    if hello.get("msg") == "isdbgrid":
        return "majority, journaled; a sharded cluster"
    if "setName" in hello:
        hosts = len(hello.get("hosts", []))
        return f"majority, journaled; replica set {hello['setName']} of {hosts}"
    return "journaled; one server alone, so its disk is the only copy"


def _write_and_read(store: MongoStore) -> str:
    name = uuid4().hex
    try:
        (rev,) = store.swap(_TRIAL, [{"_id": name, "number": 2**53 - 1}]).values()
        found = store.load(_TRIAL, [name]).get(name)
        if found != {"_id": name, "number": 2**53 - 1, "rev": rev}:
            raise ConflictError(
                "what was written does not come back as it was",
                cause="something between us and MongoDB changes documents",
            )
        store.remove(_TRIAL, [found])
    finally:
        # With the least rights it stays, with nothing in it.
        with suppress(AuthenticationError), translated(store._at):
            store._database.drop_collection(_TRIAL)
    return "wrote a document, read it back, removed it"


def _indexes(store: MongoStore, ledgers: Sequence[str]) -> str:
    """Only looked at: the first run of a projection makes its own."""
    try:
        with translated(store._at):
            there = _collections(store)
            known = {
                each: store._database[each].index_information()
                for ledger in ledgers
                for each in (ledger, ledger + LOG)
                if each in there
            }
    except AuthenticationError:
        return "not looked at: it takes the right listIndexes, which this user has not"
    without = [
        each for each, indexes in known.items() if not any("TTL" in i.upper() for i in indexes)
    ]
    if without:
        raise AnalyticsError(
            f"{', '.join(without)} has no index that lets it forget",
            cause="somebody dropped it; the ledger grows for ever",
            advice="sc-analytics consume NAME makes it with the next event",
        )
    old = sum(each in known for each in ledgers)
    new = len(ledgers) - old
    words = f"{old} ledgers have theirs"
    return words + (f"; the first run makes {new} more" if new else "")


def _clock(store: MongoStore) -> str:
    theirs: datetime = _command(store, "hello")["localTime"].replace(tzinfo=UTC)
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    if apart > _CLOCKS_APART_SECONDS:
        raise AnalyticsError(
            f"this machine's clock and MongoDB's are {apart:,.0f} s apart",
            cause="one of them is wrong; `today` and ages such as @-2h hang on this one",
            advice="timedatectl status, here and there",
        )
    return f"{apart:.1f} s apart from MongoDB's"
