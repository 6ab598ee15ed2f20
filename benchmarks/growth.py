"""Speed and memory while the ledger and the log grow, and with many dates in every batch."""

from __future__ import annotations

import argparse
from itertools import islice
from uuid import uuid4

from tests.servers import MongoServer

from . import log, product
from .documents import verify
from .servers_cpu import cpu_seconds

DAYS = 30
DATES = (1, 30, 400)


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--events", type=int, default=20_000_000)
    options.add_argument("--steps", type=int, default=10)
    options.add_argument("--of-dates", type=int, default=500_000)
    options.add_argument("--kafka-client", default="auto")
    log.add_ids(options)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """A log that is lengthened step by step, then logs of one and of many dates."""
    _heading(f"a ledger that grows, ids {chosen.ids}, {chosen.kafka_client} client")
    orders = log.Log(chosen.events, DAYS, id_of=log.IDS[chosen.ids])
    store, topic = _fresh(mongo), f"bench.{uuid4().hex[:8]}"
    events, step = orders.events(), chosen.events // chosen.steps
    log.publish(servers, topic, islice(events, step))
    for number in range(1, chosen.steps + 1):
        _consume(servers, mongo, store, topic, step, f"up to {number * step:>12,} ids", chosen)
        log.append(servers, topic, islice(events, step))
    verify(store, orders.counted())
    _heading("dates in every batch")
    for days in DATES:
        many = log.Log(chosen.of_dates, days, moment_of=log.in_turns)
        store, topic = _fresh(mongo), f"bench.{uuid4().hex[:8]}"
        log.publish(servers, topic, many.events())
        _consume(servers, mongo, store, topic, many.size, f"{days:>4} dates", chosen)
        verify(store, many.counted())


def _consume(
    servers: str,
    mongo: MongoServer,
    store: str,
    topic: str,
    events: int,
    name: str,
    chosen: argparse.Namespace,
) -> None:
    line = ("consume", "order-funnel", "--until-end", "--order-topic", topic)
    before = cpu_seconds(mongo.pid)
    made = product.command(servers, store, *line, "--kafka-client", chosen.kafka_client)
    taken = cpu_seconds(mongo.pid) - before
    figures = (events / made.seconds, made.cpu_seconds / events * 1e6, taken / events * 1e6)
    print(
        f"{name:28}{figures[0]:>10,.0f}{figures[1]:>9.1f}{figures[2]:>11.1f}{made.peak_mib:>10.0f}"
    )


def _heading(title: str) -> None:
    print(f"\n{title}\n{'':28}{'events/s':>10}{'CPU µs':>9}{'mongod µs':>11}{'peak MiB':>10}")


def _fresh(mongo: MongoServer) -> str:
    return mongo.database_uri(f"bench_{uuid4().hex[:8]}")
