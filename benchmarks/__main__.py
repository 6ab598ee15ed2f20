"""`make bench`: raw loop, naive loop and product, side by side, documents checked.

Absolute figures of a shared machine mean little; read the ratios. Every figure is
the median of its runs.
"""

from __future__ import annotations

import argparse
import platform
from statistics import median
from typing import Any
from uuid import uuid4

from pymongo import MongoClient

from tests.servers import KafkaServer, MongoServer

from . import log, loops, product

DAYS = 30
FIELDS = {
    "order.created": "orders_created",
    "order.payment_initiated": "payments_initiated",
    "order.payment_succeeded": "payments_succeeded",
    "order.confirmed": "orders_confirmed",
    "order.shipped": "orders_shipped",
    "order.delivered": "orders_delivered",
}


def main() -> None:
    """Start the servers, run everything, print the table."""
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--events", type=int, default=300_000)
    options.add_argument("--naive-events", type=int, default=5_000)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    with KafkaServer() as kafka, MongoServer() as mongo:
        _measure(kafka.bootstrap_servers, mongo, chosen)


def _measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    topic, events = f"bench.{uuid4().hex[:8]}", chosen.events
    log.publish(servers, topic, events, DAYS)
    raws, naives, rates, runs = [], [], [], []
    for _ in range(chosen.runs):
        raws.append(loops.raw(servers, topic, events))
        naives.append(loops.naive(servers, topic, mongo.database_uri(_name()), chosen.naive_events))
        store = mongo.database_uri(_name())
        run = product.command(
            servers, store, "consume", "order-funnel", "--until-end", "--order-topic", topic
        )
        _verify(store, events)
        runs.append(run)
        rates.append(events / run.seconds)
    raw, naive, rate = median(raws), median(naives), median(rates)
    print(
        f"{events:,} order events, {log.PARTITIONS} partitions, {DAYS} dates; "
        f"Python {platform.python_version()}, median of {chosen.runs}"
    )
    print(f"{'':34}{'events/s':>10}{'to raw':>8}{'to naive':>10}{'CPU µs':>8}{'peak MiB':>10}")
    print(f"{'raw: poll and decode only':34}{raw:>10,.0f}{1:>8.2f}{raw / naive:>10.1f}")
    print(f"{'naive: one update an event':34}{naive:>10,.0f}{naive / raw:>8.3f}{1:>10.1f}")
    cpu = median(run.cpu_seconds for run in runs) / events * 1e6
    peak = median(run.peak_mib for run in runs)
    print(
        f"{'consume order-funnel --until-end':34}{rate:>10,.0f}{rate / raw:>8.2f}"
        f"{rate / naive:>10.1f}{cpu:>8.1f}{peak:>10.0f}"
    )
    for projection in ("order-funnel", "revenue"):
        found = product.stages(servers, mongo.database_uri(_name()), topic, projection)
        print(f"\n{projection}, by stage, µs an event{'CPU':>8}{'wall':>8}")
        for stage, cost in found.items():
            print(f"  {stage:32}{cost['cpu']:>8.2f}{cost['wall']:>8.2f}")


def _name() -> str:
    return f"bench_{uuid4().hex[:8]}"


def _verify(store: str, events: int) -> None:
    """The documents must be exact, or the figures mean nothing."""
    with MongoClient[dict[str, Any]](store) as client:
        found = {
            each["_id"]: each
            for each in client.get_default_database()["analytics_order_funnel"].find()
        }
    wanted = log.counted(events, DAYS)
    assert set(found) == set(wanted)
    for date, types in wanted.items():
        for event_type, field in FIELDS.items():
            assert found[date][field] == types[event_type], (date, field)


if __name__ == "__main__":
    main()
