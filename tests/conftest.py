"""Servers for the tests that ask for one.

They start when the first test asks, and are shared by the whole run. A test may kill or pause a
shared server: it is brought back before the next test. A server that can not be had fails the
test, with what to install; it is never a reason to skip.
"""

from collections.abc import Generator, Iterator
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient

from tests.integration.product import none_left
from tests.servers import KafkaServer, MongoServer, ServerMissing
from tests.servers.server import Server

AnyServer = TypeVar("AnyServer", bound=Server)

# How long an example takes says how busy the machine is. The rest stays as Hypothesis chose it,
# which is derandomized where CI is set.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

_shared: list[Server] = []


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """A Kafka broker without topics of its own making."""
    server = KafkaServer()
    yield from _share(server)


@pytest.fixture(scope="session")
def mongo() -> Iterator[MongoServer]:
    """A MongoDB replica set of one node."""
    server = MongoServer()
    yield from _share(server)


@pytest.fixture(scope="session")
def mongo_standalone() -> Iterator[MongoServer]:
    """A standalone MongoDB."""
    server = MongoServer(replica_set=False)
    yield from _share(server)


@pytest.fixture
def mongo_database(mongo: MongoServer) -> Iterator[str]:
    """The connection string of a database of the test's own, dropped afterwards."""
    name = f"sc_test_{uuid4().hex[:12]}"
    uri = mongo.database_uri(name)
    yield uri
    with MongoClient[dict[str, Any]](uri, timeoutMS=30_000) as client:
        client.drop_database(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """After each test, before its fixtures are torn down: end what it started and left running,
    and bring shared servers back.
    """
    try:
        with none_left():
            yield
    finally:
        for server in _shared:
            server.recover()


def _share(server: AnyServer) -> Iterator[AnyServer]:
    missing = ""
    try:
        server.start()
    except ServerMissing as error:
        missing = str(error)
    if missing:  # not in the except clause, where pytest would print the message twice
        pytest.fail(missing, pytrace=False)
    _shared.append(server)
    yield server
    _shared.remove(server)
    server.stop()
