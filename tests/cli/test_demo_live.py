"""`demo --live` on a real broker: what it produces is consumed to the last event."""

from __future__ import annotations

import json
import re
import signal
from uuid import uuid4

import pytest

from tests.integration.product import stop, wait_until
from tests.servers.kafka import KafkaServer

from .afternoon import zone_in_the_afternoon
from .command import Command, misused, plain, refused


@pytest.fixture
def command(kafka: KafkaServer, embedded: str) -> Command:
    """The command with topics that do not exist yet."""
    name = uuid4().hex[:8]
    topics = ("--user-topic", f"users.{name}", "--order-topic", f"orders.{name}")
    zone = ("--timezone", zone_in_the_afternoon())
    return Command(embedded, *topics, *zone, servers=kafka.bootstrap_servers)


def sent(text: str) -> list[int]:
    """How many events it says that it has sent: in all, of users, of orders."""
    (line,) = re.findall(r"^([\d,]+) events sent: ([\d,]+) to \S+, ([\d,]+) to", text, re.M)
    return [int(each.replace(",", "")) for each in line]


def test_a_broken_day_after_ordinary_ones(command: Command) -> None:
    """History first, then now; every event counts, and payments fail since midnight alone."""
    made = command.run(
        "demo", "--live", "--history", "3", "--rate", "0.02", "--duration", "1s",
        "--break", "payments", "--partitions", "2",
    )  # fmt: skip
    assert made.code == 0, made.err
    plain(made, "created the topic users.", "with 2 partitions", "payments fail since midnight")
    plain(made, "which keeps records for 10 days", "3 days of history: about")
    command.ok("consume", "all", "--until-end")
    status = json.loads(command.ok("status", "--json"))
    ends = {
        each["projection"]: sum(of["position"] for of in each["partitions"])
        for each in status["projections"]
    }
    total, users, orders = sent(made.err)
    assert total == users + orders > 1000
    (named,) = re.findall(r"sc-analytics explain (\S+)$", made.err, re.M)
    assert "counted" in command.ok("explain", named)
    assert ends == {"user-lifecycle": users, "order-funnel": orders, "revenue": orders}
    assert [each["dead_letters_open"] for each in status["projections"]] == [0, 0, 0]
    report = json.loads(command.ok("report", "funnel", "--date", "-3d..today", "--json"))
    *before, today = report["reports"]["funnel"]
    assert all(each["payment_success_rate"] > 0.85 for each in before)
    assert today["payment_success_rate"] < 0.6


def test_among_other_records_only_with_consent(command: Command) -> None:
    """Topics that hold something are not added to unasked; with --yes they are."""
    command.ok("demo", "--live", "--count", "3", "--history", "1", "--rate", "0.1")
    refused(command.run("demo", "--live", "--count", "3"), 2, "made-up events", "--yes")
    again = command.run(
        "demo", "--live", "--count", "4", "--history", "1", "--rate", "0.1", "--yes"
    )
    assert again.code == 0
    assert sent(again.err)[0] == 4


def test_a_topic_that_keeps_less_than_the_history_is_named_first(command: Command) -> None:
    """Retention would delete the oldest days before anybody reads them, without a word."""
    command.ok("demo", "--live", "--history", "1", "--rate", "0.01", "--duration", "1s")
    refused(
        command.run("demo", "--live", "--history", "9", "--count", "3"),
        2,
        "keeps records for 8 days",
    )
    made = command.run("demo", "--live", "--history", "8", "--count", "3", "--yes")
    assert "keeps records for" not in made.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(command: Command, number: int) -> None:
    """Exit 0, with the totals; what it says was sent is on the broker."""
    process = command.start("demo", "--live", "--rate", "100")
    assert process.stderr is not None
    said: list[str] = []

    def begun() -> bool:
        assert process.stderr is not None
        said.append(process.stderr.readline())
        return "Ctrl-C ends it" in said[-1]

    wait_until(begun, what="its beginning")
    outcome = stop(process, number)
    assert outcome.code == 0
    (total, *_) = sent(outcome.err)
    command.ok("consume", "all", "--until-end")
    status = json.loads(command.ok("status", "--json"))
    found = {each["projection"]: each["partitions"] for each in status["projections"]}
    both = found["user-lifecycle"] + found["order-funnel"]
    assert sum(each["position"] for each in both) == total


def test_what_cannot_be(command: Command) -> None:
    """Exit 2 before anything is produced, 5 without a broker."""
    misused(command.run("demo", "--live", "--break", "hearts"), "--break payments")
    misused(command.run("demo", "--live", "--history", "60", "--rate", "50"), "--rate 1.0")
    misused(command.run("demo", "--count", "5"), "--live")
    refused(Command("sqlite:///x.db", "--timeout", "1").run("demo", "--live"), 5, "Kafka at")
