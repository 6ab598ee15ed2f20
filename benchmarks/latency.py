"""How long after its Kafka timestamp an event is visible in MongoDB, at what share of a core."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import count
from statistics import quantiles
from typing import Any, NamedTuple
from uuid import uuid4

from confluent_kafka import Producer
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient

from tests.integration.broker import create_topics
from tests.servers import MongoServer

from .log import PARTITIONS, value_of
from .servers_cpu import cpu_seconds

WARM_UP = 5.0
_LOOK_SECONDS = 0.005
_TICK = 0.02


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--rate", type=int, default=5_000)
    options.add_argument("--seconds", type=int, default=30)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """Default settings, then a short flush interval."""
    print(f"\n{chosen.rate:,} events/s for {chosen.seconds} s, seconds from timestamp to visible")
    print(f"{'':34}{'median':>8}{'p99':>8}{'worst':>8}{'of a core':>11}")
    for flags in ((), ("--flush-interval", "100ms")):
        topic = f"bench.{uuid4().hex[:8]}"
        create_topics(servers, {topic: PARTITIONS})
        store = mongo.database_uri(f"bench_{uuid4().hex[:8]}")
        seen, share = _run(servers, store, topic, chosen, flags)
        waits = sorted(_waits(servers, topic, seen))
        cut = quantiles(waits, n=100)
        name = "consume " + (" ".join(flags) or "with default settings")
        print(f"{name:34}{cut[49]:>8.3f}{cut[98]:>8.3f}{waits[-1]:>8.3f}{share:>10.1%}")


class Seen(NamedTuple):
    """At a time (seconds since 1970) all offsets of a partition below `position` were visible."""

    at: float
    partition: int
    position: int


def _run(
    servers: str, store: str, topic: str, chosen: argparse.Namespace, flags: tuple[str, ...]
) -> tuple[list[Seen], float]:
    environment = os.environ | {
        "SC_ANALYTICS_BOOTSTRAP_SERVERS": servers,
        "SC_ANALYTICS_STORE": store,
    }
    line = ["consume", "order-funnel", "--order-topic", topic, *flags]
    consuming = subprocess.Popen(
        [sys.executable, "-m", "sc_analytics_cli", *line],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    producing = multiprocessing.get_context("spawn").Process(
        target=produce, args=(servers, topic, chosen.rate, chosen.seconds + WARM_UP)
    )
    producing.start()
    try:
        seen, cpu, began = [], 0.0, time.time()
        with MongoClient[dict[str, Any]](store) as client:
            documents = client.get_default_database()["analytics_order_funnel"]
            while producing.is_alive():
                for document in documents.find({}, ["source"]):
                    now = time.time()
                    for name, entry in document["source"].items():
                        number = int(name.rpartition("/")[2])
                        seen.append(Seen(now, number, entry["ranges"][-1][1]))
                if time.time() - began > WARM_UP and not cpu:
                    cpu, began = cpu_seconds(consuming.pid), time.time()
                time.sleep(_LOOK_SECONDS)
        share = (cpu_seconds(consuming.pid) - cpu) / (time.time() - began)
    finally:
        producing.join()
        consuming.terminate()
        consuming.wait(60)
    return seen, share


def produce(servers: str, topic: str, rate: int, seconds: float) -> None:
    """Send so many events a second, each stamped when it is sent."""
    producer = Producer({"bootstrap.servers": servers, "acks": 1, "linger.ms": 2})
    numbers, began = count(), time.time()
    while (passed := time.time() - began) < seconds:
        for number in numbers:
            order, value = value_of(number, datetime.now(UTC))
            producer.produce(topic, value=value, partition=order % PARTITIONS)
            if number >= rate * passed:
                break
        producer.poll(0)
        time.sleep(_TICK)
    producer.flush(60)


def _waits(servers: str, topic: str, seen: list[Seen]) -> list[float]:
    """Seconds that each record after the warm-up waited until a look found it."""
    stamps = [_stamps(servers, topic, number) for number in range(PARTITIONS)]
    warm = min(each[0] for each in stamps) + WARM_UP
    found: list[float] = []
    below = [0] * PARTITIONS
    for at, partition, position in seen:
        sent = stamps[partition][below[partition] : position]
        below[partition] = max(below[partition], position)
        found += [at - stamp for stamp in sent if stamp > warm]
    return found


def _stamps(servers: str, topic: str, number: int) -> list[float]:
    consumer = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    partition = TopicPartition(topic, number)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    stamps: list[float] = []
    while len(stamps) < end:
        for records in consumer.poll(1000, 50_000).values():
            stamps += [record.timestamp / 1000 for record in records]
    consumer.close()
    return stamps
