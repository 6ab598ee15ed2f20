"""`consume` of one projection: where it begins, how it ends, and how soon an event is seen."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.integration.databases import fresh_database
from tests.integration.documents import assert_exact, raw_documents
from tests.integration.product import Product, stop, wait_until
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import Command, killed, plain
from .labelled import Labelled, absorbed, new_topic
from .stalling import Stalling

QUICK = ("--session-timeout", "1s")
"""For consumers that are killed: the group forgets them soon."""


def position(product: Product) -> int:
    """The sum of the checkpoints' next offsets; -1 where there is no checkpoint."""
    checkpoints = raw_documents(product.store, "analytics_checkpoints").values()
    return sum(each["next"] for each in checkpoints) if checkpoints else -1


def test_until_end_takes_what_is_there(
    kafka: KafkaServer, mongo_database: str, traffic: Log
) -> None:
    """It ends by itself, exact; again, it ends at once and has nothing to do."""
    command = Command(mongo_database, *traffic.flags, servers=kafka.bootstrap_servers)
    outcome = command.run("consume", "revenue", "--until-end")
    assert (outcome.code, outcome.out) == (0, "")
    records = len(traffic.traffic.of("revenue"))
    plain(outcome, f"revenue: {records:,} records")
    assert_exact(mongo_database, "revenue", traffic.expected()["revenue"])
    plain(command.run("consume", "revenue", "--until-end"), "revenue: 0 records")


def test_a_first_run_begins_where_it_is_told(labelled: Labelled, tmp_path: Path) -> None:
    """Any SPEC; of a partition that it does not name nothing is read that is there now."""
    wanted = {
        "earliest": {"0:0", "0:1", "0:2", "0:3", "0:4", "1:0", "1:1", "1:2"},
        "0:3": {"0:3", "0:4"},
        "-1": {"0:4", "1:2"},
        "@2025-10-02": {"0:2", "0:3", "0:4", "1:1", "1:2"},
        "latest": set(),
    }
    for number, (start, records) in enumerate(wanted.items()):
        store = f"sqlite:///{tmp_path}/{number}.db"
        command = Command(store, *labelled.flags, servers=labelled.servers)
        command.ok("consume", "order-funnel", "--until-end", "--start", start)
        assert absorbed(store) == records, start


def test_latest_is_kept_at_once(kafka: KafkaServer, embedded: str) -> None:
    """A run killed before its first record has begun: the next one goes on from there."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 3, 1: [0]})
    command = Command(embedded, *log.flags, *QUICK, servers=log.servers)
    process = command.start("consume", "order-funnel", "--start", "latest")
    wait_until(lambda: _exists(command) and position(command) == 4, what="the checkpoint")
    killed(process)
    log.append(0, 3, 2)
    log.append(1, 1, 1)
    command.ok("consume", "order-funnel", "--until-end", "--start", "earliest")
    assert absorbed(embedded) == {"0:3", "0:4", "1:1"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains(kafka: KafkaServer, embedded: str, number: int) -> None:
    """Everything polled is absorbed, the exit code is 0, and a next run finds nothing to do."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 3})
    command = Command(embedded, *log.flags, servers=log.servers)
    slow = ("--flush-interval", "1h", "--flush-records", "3")
    process = command.start("consume", "order-funnel", *slow)
    wait_until(lambda: _exists(command) and position(command) == 3, what="the first flush")
    log.append(0, 3, 2)
    time.sleep(2)  # that records were polled cannot be seen from outside
    assert position(command) == 3, "these two wait for a third, or an hour"
    outcome = stop(process, number)
    assert (outcome.code, outcome.out) == (0, "")
    plain(outcome, "order-funnel: 5 records, 5 counted")
    assert absorbed(embedded) == {"0:0", "0:1", "0:2", "0:3", "0:4"}


def test_a_second_signal_interrupts_the_drain(kafka: KafkaServer, mongo: MongoServer) -> None:
    """While the first one waits for a store that is silent; what was not flushed is read again."""
    log = new_topic(kafka.bootstrap_servers, {0: [0]})
    with fresh_database(mongo) as uri, Stalling(uri) as link:
        store = link.uri(uri.rpartition("/")[2].partition("?")[0])
        flags = (*log.flags, *QUICK, "--timeout", "5", "--flush-interval", "100ms")
        process = Command(store, *flags, servers=log.servers).start("consume", "order-funnel")
        wait_until(lambda: position(Command(uri)) == 1, what="the first record")
        link.stall()
        log.append(0, 1, 1)
        wait_until(link.is_waited_for, what="a flush that waits")
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert process.poll() is None, "the first signal waits for what was polled"
        outcome = stop(process)
        assert outcome.code == 130
        plain(outcome, "interrupted")
        Command(uri, *flags, servers=log.servers).ok("consume", "order-funnel", "--until-end")
        assert absorbed(uri) == {"0:0", "0:1"}


def test_an_event_is_seen_within_five_seconds(kafka: KafkaServer, mongo_database: str) -> None:
    """At default settings, from producing to the document.

    The quickest of five counts: that is the waiting built in, without what a busy machine adds.
    """
    log = new_topic(kafka.bootstrap_servers, {0: [0]})
    command = Command(mongo_database, *log.flags, servers=log.servers)
    process = command.start("consume", "order-funnel")
    wait_until(lambda: absorbed(mongo_database) == {"0:0"}, what="the consumer's start")
    seconds = []
    for offset in range(1, 6):
        log.append(0, offset, 1)
        began = time.monotonic()
        wait_until(lambda at=offset: f"0:{at}" in absorbed(mongo_database), what="the event")
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 5
    assert stop(process).code == 0


def _exists(product: Product) -> bool:
    return Path(product.store.removeprefix("sqlite:///")).exists()
