"""`consume all` in processes of its own: they end together, in order or by force."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.documents import PROJECTIONS, assert_exact, raw_documents
from tests.integration.product import Product, finish, wait_until
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer

from .command import Command, lives, plain, refused, workers_of
from .labelled import absorbed, new_topic

FLAGS = ("--session-timeout", "1s", "--flush-interval", "100ms")


@pytest.fixture
def command(kafka: KafkaServer, traffic: Log, embedded: str) -> Command:
    """All three projections of the traffic, into an embedded store."""
    return Command(embedded, *traffic.flags, *FLAGS, servers=kafka.bootstrap_servers)


@pytest.fixture
def running(command: Command) -> Iterator[subprocess.Popen[str]]:
    """`consume all` at work in a process group of its own, of which nothing is left afterwards."""
    with command.grouped("consume", "all") as process:
        yield process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(("number", "to_all"), [(signal.SIGTERM, False), (signal.SIGINT, True)])
def test_a_signal_drains_all(
    command: Command,
    running: subprocess.Popen[str],
    traffic: Log,
    number: int,
    to_all: bool,
) -> None:
    """Sent to the command alone, or to its whole group as terminals and service managers do."""
    wait_until(lambda: _position(command) > 0, what="the first flush")
    if to_all:
        os.killpg(running.pid, number)
    else:
        running.send_signal(number)
    outcome = finish(running)
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    plain(outcome)
    _check(command, traffic)


def test_a_signal_to_processes_that_are_still_loading(running: subprocess.Popen[str]) -> None:
    """It is heeded when they have loaded: exit 0, and no word of a killed process."""
    wait_until(lambda: len(workers_of(running)) == 3, what="three processes")
    os.killpg(running.pid, signal.SIGTERM)
    outcome = finish(running)
    assert outcome.code == 0, outcome.err
    plain(outcome)


def test_one_killed_ends_all(
    command: Command, running: subprocess.Popen[str], traffic: Log
) -> None:
    """The command ends with an error that names it; the same command goes on, exact."""
    wait_until(lambda: _position(command) > 0, what="the first flush")
    workers = workers_of(running)
    assert len(workers) == 3
    os.kill(workers[1], signal.SIGKILL)
    outcome = finish(running)
    refused(outcome, 1, "the process of ", " was killed by signal 9", "type the command again")
    said = outcome.err.splitlines()
    (died,) = [n for n, line in enumerate(said) if line.endswith("9; the others are stopped")]
    (first, *_) = [n for n, line in enumerate(said) if ": stopping; " in line]
    assert died < first, "before the others drain"
    assert any(f"the process of {name} was" in outcome.err for name in PROJECTIONS)
    assert not any(map(lives, workers))
    _check(command, traffic)


def test_none_outlives_the_command(command: Command, running: subprocess.Popen[str]) -> None:
    """Killed with -9 it can say nothing to them: they see it and end within seconds."""
    wait_until(lambda: _position(command) > 0, what="the first flush")
    workers = workers_of(running)
    assert len(workers) == 3
    running.kill()
    wait_until(lambda: not any(map(lives, workers)), 20, "the end of the processes")


def test_it_outlives_the_shell_that_started_it(kafka: KafkaServer, embedded: str) -> None:
    """A command put into the background goes on when its terminal or script has ended."""
    log = new_topic(kafka.bootstrap_servers, {0: [0]})
    command = Command(embedded, *log.flags, *FLAGS, servers=log.servers)
    shell, pid = command.in_background("consume", "order-funnel")
    try:
        wait_until(lambda: _position(command) == 1, what="the first record")
        assert finish(shell).code == 0
        log.append(0, 1, 1)
        wait_until(lambda: absorbed(embedded) == {"0:0", "0:1"}, what="the second record")
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not lives(pid), what="the end of the consumer")
    finally:
        if lives(pid):
            os.kill(pid, signal.SIGKILL)


def _position(product: Product) -> int:
    if not Path(product.store.removeprefix("sqlite:///")).exists():
        return 0
    checkpoints = raw_documents(product.store, "analytics_checkpoints").values()
    return sum(each["next"] for each in checkpoints)


def _check(command: Command, traffic: Log) -> None:
    """The rest can be absorbed, and then everything is exact."""
    command.ok("consume", "all", "--until-end")
    for projection, expected in traffic.expected().items():
        assert_exact(command.store, projection, expected)
