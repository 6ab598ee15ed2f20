"""A backfill of 7 dates out of a month, in one process and in two, beside the raw loop.

Two logs of different length are read, so that memory can be seen not to grow
with the log.
"""

from __future__ import annotations

import argparse
from statistics import median
from uuid import uuid4

from tests.servers import MongoServer

from . import documents, log, loops, product
from .table import Row, print_table, row

DAYS = 30
DATES = [f"2026-10-{day}" for day in range(10, 17)]
WAYS = [("kafka-python", 1), ("kafka-python", 2), ("confluent", 1), ("confluent", 2)]
"""The client and the number of processes of each run."""


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--events", type=int, default=2_000_000)
    options.add_argument("--runs", type=int, default=1)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """A quarter of the events first, then all of them."""
    for events in (chosen.events // 4, chosen.events):
        _measure(servers, mongo.database_uri(f"bench_{uuid4().hex[:8]}"), events, chosen.runs)


def _measure(servers: str, store: str, events: int, count: int) -> None:
    topic = f"bench.{uuid4().hex[:8]}"
    orders = log.Log(events, DAYS)
    log.publish(servers, topic, orders.events())
    wanted = orders.counted()
    flags = ("--order-topic", topic)
    consume = product.command(servers, store, "consume", "order-funnel", "--until-end", *flags)
    documents.verify(store, wanted)
    raws: list[float] = []
    runs: dict[tuple[str, int], list[product.Measured]] = {each: [] for each in WAYS}
    for _ in range(count):
        raws.append(loops.raw(servers, topic, events))
        for (client, workers), measured in runs.items():
            documents.spoil(store, DATES)
            dates = f"{DATES[0]}..{DATES[-1]}"
            line = ("backfill", "order-funnel", "--date", dates, "--yes", *flags)
            way = ("--kafka-client", client, "--workers", str(workers))
            measured.append(product.command(servers, store, *line, *way))
            documents.verify(store, wanted)
    raw = Row("raw: poll and decode only", median(raws))
    rows = [
        row(f"backfill of 7 dates, {client}, {workers} worker{'s' * (workers > 1)}", events, each)
        for (client, workers), each in runs.items()
    ]
    print_table(
        f"{events:,} order events, {log.PARTITIONS} partitions, {DAYS} dates, median of {count}",
        [raw, row("consume order-funnel --until-end", events, [consume]), *rows],
        against=[raw],
    )
