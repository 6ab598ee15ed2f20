"""SIGTERM and SIGINT of commands that end by themselves: exit 130 at once, and nothing is lost."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator

import pytest

from tests.integration.databases import fresh_database
from tests.integration.documents import assert_exact, raw_documents
from tests.integration.product import Product, finish, wait_until
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import Command, plain, refused

PIPE_AND_MORE = "\n" * 1_000_000
"""More than a pipe holds: once it is written, somebody is reading."""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that never says a word."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(64)
        made.settimeout(60)
        yield made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_while_standard_input_is_read(embedded: str, number: int) -> None:
    """A replay of a pipe that says nothing more ends, and says what to type next."""
    process = Command(embedded).start("replay", "--source", "-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(PIPE_AND_MORE)
    process.send_signal(number)
    refused(finish(process, 20), 130, "interrupted", "nothing is counted twice")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("report", signal.SIGTERM),
        ("dead-letters list", signal.SIGINT),
        ("replay --from-offset 0", signal.SIGINT),
        ("replay --from-offset 0 --workers 2", signal.SIGTERM),
        ("replay --from-offset 0 --dry-run", signal.SIGTERM),
    ],
)
def test_while_a_silent_store_is_waited_for(
    listener: socket.socket, kafka: KafkaServer, line: str, number: int
) -> None:
    """The command does not wait for --timeout to pass."""
    store = f"mongodb://127.0.0.1:{listener.getsockname()[1]}/db"
    command = Command(store, "--timeout", "300", servers=kafka.bootstrap_servers)
    process = command.start(*line.split())
    connection, _ = listener.accept()
    with connection:
        process.send_signal(number)
        outcome = finish(process, 20)
    assert outcome.code == 130
    assert outcome.out == ""
    plain(outcome, "interrupted")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_in_the_middle_of_a_replay(
    kafka: KafkaServer, mongo: MongoServer, traffic: Log, workers: str
) -> None:
    """What was absorbed stays, and the same command typed again ends exact."""
    with fresh_database(mongo) as uri:
        command = Command(uri, *traffic.flags, servers=kafka.bootstrap_servers)
        line = ("replay", "order-funnel", "--from-offset", "earliest", "--workers", workers)
        process = command.start(*line, "--flush-records", "1")
        wait_until(lambda: _absorbed(command) > 30, what="the middle of a replay")
        process.send_signal(signal.SIGINT)
        refused(finish(process, 20), 130, "what was absorbed so far stays")
        assert 30 < _absorbed(command) < len(traffic.traffic.of("order-funnel"))
        command.ok(*line)
        assert_exact(uri, "order-funnel", traffic.expected()["order-funnel"])


def _absorbed(product: Product) -> int:
    checkpoints = raw_documents(product.store, "analytics_checkpoints").values()
    return sum(checkpoint["next"] for checkpoint in checkpoints)
