"""The producer, in a process of its own: stretch after stretch of generated traffic."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from tests.oracle.documents import LogRecord
from tests.oracle.traffic import traffic

from .site import PARTITIONS

FIRST_DAY, DAYS = "2026-10-01", 12
STRETCH = 5_000
_SLICES_A_SECOND = 5
_ABORTED_OF = 8
_ABORTED_RECORDS = 200


class Producing:
    """Sends about `rate` records a second until `stop`; the log itself tells what arrived."""

    def __init__(self, servers: str, seed: int, rate: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.partitions = context.Value("i", PARTITIONS)
        self._over = context.Event()
        self._aborted = context.Value("i", 0)
        self._process = context.Process(
            target=_produce,
            args=(servers, seed, rate, self.partitions, self._aborted, self._over),
            daemon=True,
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def aborted(self) -> int:
        """How many transactions it has aborted."""
        return int(self._aborted.value)

    @property
    def ended(self) -> bool:
        """Whether it is gone, which nobody has asked it to be."""
        return not self._process.is_alive()

    def stop(self) -> None:
        """Wait until what it is sending has been answered."""
        self._over.set()
        self._process.join(120)
        self._process.kill()


def _produce(servers: str, seed: int, rate: int, partitions: Any, aborted: Any, over: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chance = random.Random(seed)
    known = 0
    while not over.is_set():
        made = traffic(
            seed=chance.randrange(10**9), events=STRETCH, days=DAYS, first_day=FIRST_DAY,
            partitions=partitions.value, known=known,
        )  # fmt: skip
        known += STRETCH
        records = list(made.arrivals())
        if chance.random() * _ABORTED_OF < 1:
            with suppress(KafkaError):
                _abort(servers, f"soak-{known}", records[:_ABORTED_RECORDS])
                aborted.value += 1
        _send(servers, records, rate, over)


def _send(servers: str, records: Sequence[LogRecord], rate: int, over: Any) -> None:
    """Send at this rate; what a broker that is away does not take is not sent again."""
    step = max(1, rate // _SLICES_A_SECOND)
    at = 0
    while at < len(records) and not over.is_set():
        with suppress(KafkaError), closing(_producer(servers)) as producer:
            while at < len(records) and not over.is_set():
                began = time.monotonic()
                part = records[at : at + step]
                at += step
                for record in part:
                    _put(producer, record)
                producer.flush(20)
                time.sleep(max(0.0, 1 / _SLICES_A_SECOND - (time.monotonic() - began)))


def _abort(servers: str, name: str, records: Sequence[LogRecord]) -> None:
    more = {"transactional_id": name, "transaction_timeout_ms": 10_000}
    with closing(_producer(servers, **more)) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        for record in records:
            _put(producer, record)
        producer.flush(20)
        producer.abort_transaction()


def _put(producer: KafkaProducer, record: LogRecord) -> None:
    producer.send(
        record.topic,
        value=record.value,
        key=record.key,
        partition=record.partition,
        timestamp_ms=record.timestamp_ms,
    )


def _producer(servers: str, **more: Any) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=10,
        max_block_ms=10_000,
        request_timeout_ms=10_000,
        delivery_timeout_ms=30_000,
        **more,
    )
