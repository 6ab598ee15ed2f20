"""The store contract: behaviours that every store has, and those of single stores.

A test that asks for `store` runs on each kind, on an empty place of its own.
`kinds.py` and `places.py` say which there are: a new store is one more of each,
and passes unchanged.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from sc_analytics_cli.store.mongo import MongoStore
from sc_analytics_cli.store.port import Store
from tests.contract.stores.kinds import EVERY
from tests.contract.stores.naming import NamedPlace, Naming, as_it_is
from tests.contract.stores.places import InFile, InMemory, OnServer, Overlaid, Place
from tests.servers import MongoServer


@pytest.fixture
def naming() -> Naming:
    """What words in a test mean as event ids; modules may give others."""
    return as_it_is


@pytest.fixture(params=EVERY)
def place(request: pytest.FixtureRequest, tmp_path: Path, naming: Naming) -> Iterator[Place]:
    """An empty place of each kind, or of those that the test is parametrised with."""
    for found in _empty(request, tmp_path):
        yield found if naming is as_it_is else NamedPlace(found, naming)


def _empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    match request.param:
        case "memory":
            yield InMemory()
        case "overlay on memory":
            yield Overlaid(InMemory())
        case "overlay on sqlite":
            yield Overlaid(InFile(tmp_path / "base.db"))
        case "sqlite":
            yield InFile(tmp_path / "store.db")
        case "mongo replica set":
            yield from _database(request.getfixturevalue("mongo"))
        case "mongo standalone":
            yield from _database(request.getfixturevalue("mongo_standalone"))


@pytest.fixture
def opened(place: Place) -> Iterator[Callable[..., Store]]:
    """Open a store at `place`, as often as called; all are closed after the test."""
    with ExitStack() as stack:

        def one_more(timeout: float = 10.0) -> Store:
            store = place.open(timeout)
            stack.callback(store.close)
            return store

        yield one_more


@pytest.fixture
def store(opened: Callable[..., Store]) -> Store:
    """A store with nothing in it."""
    return opened()


@pytest.fixture
def connect() -> Iterator[Callable[..., MongoStore]]:
    """Make `MongoStore`s, as often as called; all are closed after the test."""
    with ExitStack() as stack:

        def one_more(uri: str, **options: Any) -> MongoStore:
            store = MongoStore(uri, **options)
            stack.callback(store.close)
            return store

        yield one_more


def _database(server: MongoServer) -> Iterator[Place]:
    name = f"sc_test_{uuid4().hex[:12]}"
    uri = server.database_uri(name)
    yield OnServer(uri)
    with MongoClient[dict[str, Any]](uri, timeoutMS=30_000) as client:
        client.drop_database(name)
