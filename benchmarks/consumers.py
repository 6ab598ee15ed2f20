"""One, two and four consumers of one group; what MongoDB takes of the processor meanwhile."""

from __future__ import annotations

import argparse
from statistics import median
from uuid import uuid4

from tests.servers import MongoServer

from . import log, product
from .documents import verify
from .servers_cpu import cpu_seconds
from .table import print_table, row

DAYS = 30
WORKERS = (1, 2, 4)


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=2)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """The same log by more and more processes; memory is that of the one that starts the others."""
    topic, orders = f"bench.{uuid4().hex[:8]}", log.Log(chosen.events, DAYS)
    log.publish(servers, topic, orders.events())
    wanted = orders.counted()
    runs: dict[int, list[product.Measured]] = {workers: [] for workers in WORKERS}
    taken: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for _ in range(chosen.runs):
        for workers in WORKERS:
            store = mongo.database_uri(f"bench_{uuid4().hex[:8]}")
            line = ("consume", "order-funnel", "--until-end", "--workers", str(workers))
            before = cpu_seconds(mongo.pid)
            runs[workers].append(product.command(servers, store, *line, "--order-topic", topic))
            taken[workers].append(cpu_seconds(mongo.pid) - before)
            verify(store, wanted)
    rows = [row(f"{workers} consumers", chosen.events, runs[workers]) for workers in WORKERS]
    print_table(
        f"{chosen.events:,} order events, {log.PARTITIONS} partitions, median of {chosen.runs}",
        rows,
        against=rows[:1],
    )
    for workers in WORKERS:
        micros = median(taken[workers]) / chosen.events * 1e6
        print(f"  mongod, {workers} consumers: {micros:.1f} µs of CPU an event")
