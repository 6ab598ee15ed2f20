"""Logs and addresses that several modules of this folder use."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.topics import Log, new_log
from tests.servers.kafka import KafkaServer

from .labelled import Labelled, hours_ago, moment, new_topic


@pytest.fixture(scope="session", autouse=True)
def heedful() -> Iterator[None]:
    """Commands started here heed SIGINT, also where a shell runs pytest in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def labelled(kafka: KafkaServer) -> Labelled:
    """A topic of two partitions: five records, and three."""
    return new_topic(
        kafka.bootstrap_servers,
        {
            0: [
                moment("2025-10-01T10:00:00"),
                moment("2025-10-01T23:30:00"),
                moment("2025-10-02T08:00:00"),
                hours_ago(3),
                hours_ago(1),
            ],
            1: [moment("2025-10-01T22:30:00"), moment("2025-10-02T00:00:00"), hours_ago(1)],
        },
    )


@pytest.fixture(scope="module")
def traffic(kafka: KafkaServer) -> Log:
    """Both topics with some thousand records: duplicates, late and malformed ones among them."""
    log = new_log(seed=17, events=3_000)
    log.publish(kafka.bootstrap_servers)
    return log


@pytest.fixture
def embedded(tmp_path: Path) -> str:
    """The address of an embedded store that does not exist yet."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """HOST:PORT of a listener that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="module")
def closed() -> str:
    """HOST:PORT on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
