"""Live running by either Kafka client, beside what a user could pick instead.

Everything reads the same log in the same run, in turns, as a process of its own,
start-up included; every document is checked. bytewax gets an environment of its
own, outside the checkout.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

from tests.servers import MongoServer

from . import documents, log, loops, product
from .peers.environment import BYTEWAX, bytewax_python
from .table import Row, print_table, row

DAYS = 30
_FLOW = Path(__file__).parent / "peers" / "bytewax_flow.py"
CLIENTS = ("kafka-python", "confluent")


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--events", type=int, default=300_000)
    options.add_argument("--runs", type=int, default=3)
    log.add_ids(options)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """Each in turn, so many times over."""
    topic, events = f"bench.{uuid4().hex[:8]}", chosen.events
    python = bytewax_python()
    orders = log.Log(events, DAYS, id_of=log.IDS[chosen.ids])
    log.publish(servers, topic, orders.events())
    wanted = orders.counted()

    def bytewax(store: str) -> product.Measured:
        with tempfile.TemporaryDirectory() as folder:
            words = [python, _FLOW, servers, topic, store, folder]
            return product.process("bytewax", words)

    def batched(store: str) -> product.Measured:
        words = [sys.executable, "-m", "benchmarks.peers.batched_inc", servers, topic, store]
        return product.process("batched $inc", [*words, str(events)])

    def consume(client: str) -> Callable[[str], product.Measured]:
        line = ("consume", "order-funnel", "--until-end", "--order-topic", topic)
        return lambda store: product.command(servers, store, *line, "--kafka-client", client)

    subjects = {
        "batched $inc, no protection": batched,
        BYTEWAX[0].replace("[kafka]==", " ") + ": recovery on": bytewax,
        **{f"consume order-funnel, {client}": consume(client) for client in CLIENTS},
    }
    runs: dict[str, list[product.Measured]] = {name: [] for name in subjects}
    raws: dict[str, list[float]] = {client: [] for client in CLIENTS}
    for _ in range(chosen.runs):
        raws["kafka-python"].append(loops.raw(servers, topic, events))
        raws["confluent"].append(loops.raw_confluent(servers, topic, events))
        for name, run in subjects.items():
            store = mongo.database_uri(f"bench_{uuid4().hex[:8]}")
            runs[name].append(run(store))
            documents.verify(store, wanted)
    raw, fast = (Row(f"raw: {client}", median(rates)) for client, rates in raws.items())
    rows = [row(name, events, measured) for name, measured in runs.items()]
    print_table(
        f"{events:,} order events, {log.PARTITIONS} partitions, {DAYS} dates, "
        f"ids {chosen.ids}, median of {chosen.runs}",
        [raw, fast, *rows],
        against=[raw, rows[1]],
    )
