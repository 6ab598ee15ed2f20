"""Servers that go away in the middle of consuming: it is said, waited for, and nothing is lost."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.broker import create_topics, produce
from tests.integration.databases import fresh_database
from tests.integration.documents import assert_exact, raw_documents
from tests.integration.product import Outcome, finish, stop, wait_until
from tests.integration.topics import Log, new_log
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import Command

TOPIC = "sc.domain.order"
TIMEOUT = 2
FLAGS = ("--timeout", str(TIMEOUT), "--flush-records", "100", "--session-timeout", "2s")
AWAY = 15
"""Seconds that the store is silent: several times --timeout."""


@dataclass
class Live:
    """A consumer at work on a log of which only a part is produced yet."""

    servers: str
    store: str
    log: Log
    process: subprocess.Popen[str]
    sent: int = 0

    def produce(self, count: int) -> None:
        """Produce the next `count` records of the log, or all that are left."""
        records = self.log.records(TOPIC)[self.sent : self.sent + count]
        produce(self.servers, records)
        self.sent += len(records)

    def keeps_up(self) -> bool:
        """Whether everything produced so far is absorbed."""
        checkpoints = raw_documents(self.store, "analytics_checkpoints").values()
        return sum(each["next"] for each in checkpoints) == self.sent

    def ends_exact(self) -> Outcome:
        """Produce the rest, let the consumer drain, and compare with the oracle."""
        self.produce(1_000_000)
        wait_until(self.keeps_up, what="absorbing the rest")
        outcome = stop(self.process)
        assert outcome.code == 0, outcome.err
        assert "Traceback" not in outcome.err
        assert_exact(self.store, "revenue", self.log.expected()["revenue"])
        return outcome


@pytest.fixture
def live(kafka: KafkaServer, mongo: MongoServer) -> Iterator[Live]:
    """A consumer that has absorbed the first records, and has more waiting for it."""
    log = new_log(seed=29, events=4_000)
    servers = kafka.bootstrap_servers
    create_topics(servers, {log.name(TOPIC): 6})
    with fresh_database(mongo) as uri:
        command = Command(uri, *log.flags, *FLAGS, servers=servers)
        made = Live(servers, uri, log, command.start("consume", "revenue"))
        try:
            made.produce(500)
            wait_until(made.keeps_up, what="absorbing the first records")
            yield made
        finally:
            if made.process.poll() is None:
                made.process.kill()
                finish(made.process)


def test_a_store_that_is_silent_for_a_while(live: Live, mongo: MongoServer) -> None:
    """Records go on coming meanwhile; it says once that the store is away, and catches up."""
    mongo.pause()
    live.produce(500)
    time.sleep(AWAY)
    assert live.process.poll() is None
    mongo.resume()
    outcome = live.ends_exact()
    assert outcome.err.count("MongoDB does not answer") == 1, outcome.err


def test_a_store_that_is_killed(live: Live, mongo: MongoServer) -> None:
    """Whatever the killed server had not kept is read again."""
    live.produce(300)
    mongo.kill()
    live.produce(300)
    time.sleep(TIMEOUT)
    assert live.process.poll() is None
    mongo.restart()
    outcome = live.ends_exact()
    assert outcome.err.count("MongoDB does not answer") <= 1, outcome.err


def test_a_broker_that_is_killed(live: Live, kafka: KafkaServer) -> None:
    """The consumer is still there when the broker is back, and goes on."""
    live.produce(300)
    kafka.kill()
    time.sleep(TIMEOUT * 2)
    assert live.process.poll() is None
    kafka.restart()
    live.ends_exact()
