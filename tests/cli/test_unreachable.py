"""Servers that are away, silent, or do not let us in: told apart, and within --timeout."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NamedTuple

import pytest

from tests.integration.product import Outcome
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import Command, refused, side_by_side

TIMEOUT, GRACE = 1.0, 20.0
"""Seconds; together less than the 30 of drivers by themselves."""

STARTING: Final = ("starting", "config show")
"""A command that waits for nobody, run beside the others: what a process costs now."""

PROCESSES: Final = 4
"""As many are started, one after the other, by the command that starts most."""

WITHOUT_KAFKA = (
    ("closed", "consume order-funnel"),
    ("closed", "consume all"),
    ("closed", "replay --from-offset earliest"),
    ("silent", "consume order-funnel --until-end"),
    ("silent", "replay --from-offset 0 --dry-run"),
    ("silent", "replay --from-offset 0 --workers 2"),
)
WITHOUT_MONGO = (
    ("closed", "report"),
    ("closed", "dead-letters list"),
    ("closed", "replay --from-offset 0"),
    ("silent", "report funnel --json"),
    ("silent", "dead-letters show x"),
    ("silent", "consume order-funnel"),
    ("silent", "replay --from-offset 0 --dry-run"),
)


class Ended(NamedTuple):
    """How a command ended, and after how many seconds."""

    outcome: Outcome
    seconds: float


Table = dict[tuple[str, str], Ended]
"""(what the server does, command line) → how it ended."""


@pytest.fixture(scope="module")
def without_kafka(closed: str, silent: str, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Every command that needs Kafka, with brokers that are not there or do not answer."""
    folder = tmp_path_factory.mktemp("stores")
    addresses = {"closed": closed, "silent": silent}
    return side_by_side(
        {
            (how, line): _timed(
                Command(f"sqlite:///{folder}/{number}.db", servers=addresses[how]), line
            )
            for number, (how, line) in enumerate(WITHOUT_KAFKA)
        }
        | {STARTING: _timed(Command(f"sqlite:///{folder}/none.db"), STARTING[1])}
    )


@pytest.fixture(scope="module")
def without_mongo(kafka: KafkaServer, closed: str, silent: str) -> Table:
    """Every command that needs MongoDB, with one that is not there or does not answer."""
    addresses = {"closed": closed, "silent": silent}
    return side_by_side(
        {
            (how, line): _timed(
                Command(
                    f"mongodb://user:sekret@{addresses[how]}/db", servers=kafka.bootstrap_servers
                ),
                line,
            )
            for how, line in WITHOUT_MONGO
        }
        | {STARTING: _timed(Command("mongodb://127.0.0.1:1/db"), STARTING[1])}
    )


@pytest.mark.parametrize(("how", "line"), WITHOUT_KAFKA)
def test_a_broker_that_does_not_answer(without_kafka: Table, how: str, line: str) -> None:
    """Exit 5 within --timeout, naming the address and the setting to look at."""
    outcome, seconds = _told(without_kafka, how, line)
    refused(outcome, 5, "Kafka at 127.0.0.1:", "does not answer", "check --bootstrap-servers")
    assert seconds < TIMEOUT + GRACE


@pytest.mark.parametrize(("how", "line"), WITHOUT_MONGO)
def test_a_mongodb_that_does_not_answer(without_mongo: Table, how: str, line: str) -> None:
    """Exit 5 within --timeout, naming the setting to look at and no password."""
    outcome, seconds = _told(without_mongo, how, line)
    refused(outcome, 5, "MongoDB does not answer", "check --store")
    assert seconds < TIMEOUT + GRACE


def test_one_reason_is_said_once(without_kafka: Table) -> None:
    """Three processes that fail in the same way are one message."""
    outcome, _ = without_kafka["closed", "consume all"]
    assert outcome.err.count("error:") == 1


@pytest.mark.parametrize("line", ["report", "consume order-funnel", "dead-letters list"])
def test_a_login_that_mongodb_refuses(mongo: MongoServer, kafka: KafkaServer, line: str) -> None:
    """Exit 4 and not 5: the server is there; the password is not repeated."""
    store = mongo.database_uri("db").replace("mongodb://", "mongodb://user:sekret@")
    outcome = Command(store, servers=kafka.bootstrap_servers).run(*line.split())
    refused(outcome, 4, "refused the login of user 'user'", "check the user")


def test_a_host_name_that_nobody_knows() -> None:
    """An address of mongodb+srv:// that cannot be looked up is a server that is away."""
    command = Command("mongodb+srv://user:sekret@nobody.invalid/db", "--timeout", "1")
    refused(command.run("report"), 5, "cannot be looked up")


def _told(table: Table, how: str, line: str) -> Ended:
    """How a command ended, without the time that starting its processes takes."""
    outcome, seconds = table[how, line]
    return Ended(outcome, seconds - PROCESSES * table[STARTING].seconds)


def _timed(command: Command, line: str) -> Callable[[], Ended]:
    def run() -> Ended:
        began = time.monotonic()
        outcome = command.run(*line.split(), "--timeout", str(TIMEOUT))
        return Ended(outcome, time.monotonic() - began)

    return run
