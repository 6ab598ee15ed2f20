"""Payments that fail on a real broker are told by reports within one refresh; ordinary ones not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests.integration.product import stop
from tests.servers.kafka import KafkaServer

from .afternoon import zone_in_the_afternoon
from .command import Command
from .window import Window

USUALLY = ", usually "


@pytest.fixture
def command(kafka: KafkaServer, mongo_database: str) -> Command:
    """The command with topics that do not exist yet."""
    name = uuid4().hex[:8]
    topics = ("--user-topic", f"users.{name}", "--order-topic", f"orders.{name}")
    return Command(
        mongo_database, *topics, "--timezone", zone_in_the_afternoon(),
        servers=kafka.bootstrap_servers,
    )  # fmt: skip


@contextmanager
def watching(command: Command) -> Iterator[Window]:
    """A terminal in which the funnel is watched, until Ctrl-C."""
    window = Window(command._environment, "report", "funnel", "--watch", "1", columns=140)
    yield window
    window.press(b"\x03")
    assert window.ends() == 130


def test_failing_payments_raise_the_alarm_and_ordinary_ones_do_not(command: Command) -> None:
    """Two weeks and today as usual: quiet. Then live traffic in which payments fail: marked."""
    command.ok("demo", "--live", "--history", "14", "--rate", "0.015", "--duration", "1s")
    command.ok("consume", "all", "--until-end")
    quiet = command.run("report", "--check")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    live = command.start("consume", "all")
    with watching(command) as window:
        seen = window.shows("every 1 s")
        assert USUALLY not in window.text
        command.ok(
            "demo", "--live", "--break", "payments", "--rate", "100", "--count", "400", "--yes"
        )
        window.shows(USUALLY, after=seen)
    assert stop(live).code == 0
    loud = command.run("report", "--check")
    assert loud.code == 8
    assert "Payment success rate" in loud.out
    assert USUALLY in loud.out
