"""Replies of MongoDB that get lost: whatever was asked is done, and done once.

A proxy lets each command of a run in turn reach the server and loses its reply, or
the reply of its repetition as well, or resets the connection before the server
has seen anything. A standalone server is the hard case, as the driver repeats no
write there; on a replica set it does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from sc_analytics_cli.errors import UnreachableError
from sc_analytics_cli.store.mongo import MongoStore
from tests.oracle.documents import TOPIC_OF
from tests.servers.mongo import MongoServer

from .proxy import Fate, Proxy
from .wire import Mongo
from .works import Work, works

COMMANDS = ("consume", "replay", "backfill", "retry")
WAYS: Mapping[str, tuple[Fate, int]] = {
    "reply lost": (Fate.LOSE_REPLY, 1),
    "reply lost twice": (Fate.LOSE_REPLY, 2),
    "reset before": (Fate.RESET, 1),
}
ASKED = frozenset({"find", "insert", "update", "delete", "createIndexes", "getMore"})
NAME = "sc_lost_replies"

STRIDE = int(os.environ.get("SC_ANALYTICS_TEST_STRIDE") or 6)
"""Of so many commands one is hit a run and way; 1 hits all of them, in five minutes more."""

Counted = Callable[[str, object], None]


class Behind:
    """A database behind a proxy, emptied and filled directly."""

    def __init__(self, server: MongoServer) -> None:
        port = urlsplit(server.uri).port
        assert port is not None
        self.proxy = Proxy(port, Mongo())
        self.direct = server.database_uri(NAME)
        self.spoilt = f"mongodb://{self.proxy.address}/{NAME}?directConnection=true"
        self._client: MongoClient[dict[str, Any]] = MongoClient(self.direct)

    @property
    def database(self) -> Database[dict[str, Any]]:
        """The database itself."""
        return self._client[NAME]

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that is in it."""
        return {n: list(self.database[n].find()) for n in self.database.list_collection_names()}

    def fill(self, contents: Mapping[str, list[dict[str, Any]]]) -> None:
        """Put this in the place of whatever is there; the collections stay."""
        for name in self.database.list_collection_names():
            self.database[name].delete_many({})
        for name, documents in contents.items():
            if documents:
                self.database[name].insert_many(documents)

    def close(self) -> None:
        """Drop it."""
        self.proxy.close()
        self._client.drop_database(NAME)
        self._client.close()


@pytest.fixture(scope="module")
def alone(mongo_standalone: MongoServer) -> Iterator[Behind]:
    """A server whose writes the driver does not repeat."""
    made = Behind(mongo_standalone)
    yield made
    made.close()


@pytest.fixture(scope="module")
def member(mongo: MongoServer) -> Iterator[Behind]:
    """A server whose writes the driver repeats."""
    made = Behind(mongo)
    yield made
    made.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("projection", TOPIC_OF)
def test_each_reply_in_turn(
    alone: Behind, projection: str, command: str, way: str, record_property: Counted
) -> None:
    """Applied once: the documents are the oracle's, whichever reply was lost."""
    _lose(alone, works(projection)[command], way, record_property)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("projection", TOPIC_OF)
def test_each_reply_in_turn_though_the_driver_repeats(
    member: Behind, projection: str, command: str, record_property: Counted
) -> None:
    """Its own repetitions and ours do not add up."""
    _lose(member, works(projection)[command], "reply lost twice", record_property)


def _lose(behind: Behind, work: Work, way: str, record_property: Counted) -> None:
    fate, times = WAYS[way]
    behind.fill({})
    with closing(MongoStore(behind.direct)) as store:
        work.prepare(work, store)
        prepared = behind.contents()
        asked = _asked(behind, work)
        for number in range(list(WAYS).index(way) * 2 % STRIDE, asked, STRIDE):
            behind.fill(prepared)
            fault = behind.proxy.spoil(ASKED, fate, after=number, times=times)
            _until_done(behind, work)
            behind.proxy.calm()
            assert fault.happened > 0
            assert work.wrong(store) == {}, f"command {number} of {asked}"
            record_property("lost_replies", fault.happened)


def _asked(behind: Behind, work: Work) -> int:
    """How many commands an undisturbed run asks of the server."""
    before = sum(behind.proxy.seen[each] for each in ASKED)
    _until_done(behind, work)
    return sum(behind.proxy.seen[each] for each in ASKED) - before


def _until_done(behind: Behind, work: Work) -> None:
    """Run the command; where it says that the store is away, type it again."""
    for _ in range(4):
        with closing(MongoStore(behind.spoilt, timeout=5.0)) as store:
            try:
                work.run(store)
            except UnreachableError:
                continue
            return
    raise AssertionError("the store is there, but the command does not end well")
