"""Live running, beside a raw and a naive loop; and where its time goes."""

from __future__ import annotations

import argparse
from statistics import median
from uuid import uuid4

from tests.servers import MongoServer

from . import documents, log, loops, product
from .table import Row, print_table, row

DAYS = 30


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--events", type=int, default=300_000)
    options.add_argument("--naive-events", type=int, default=5_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--kafka-client", default="auto")
    log.add_ids(options)


def measure(servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """Raw loop, naive loop and product on one log; then where the product's time goes."""
    topic, events = f"bench.{uuid4().hex[:8]}", chosen.events
    users = topic + ".users"
    orders = log.Log(events, DAYS, id_of=log.IDS[chosen.ids])
    of_users = orders._replace(types=log.USER_TYPES)
    log.publish(servers, topic, orders.events())
    log.publish(servers, users, of_users.events())
    wanted = {
        "order-funnel": orders.counted(),
        "revenue": orders.counted(),
        "user-lifecycle": of_users.counted(),
    }
    raws, naives = [], []
    runs: dict[str, list[product.Measured]] = {each: [] for each in wanted}
    topics = ("--order-topic", topic, "--user-topic", users)
    flags = ("--until-end", *topics, "--kafka-client", chosen.kafka_client)
    for _ in range(chosen.runs):
        raws.append(loops.raw(servers, topic, events))
        naives.append(loops.naive(servers, topic, mongo.database_uri(_name()), chosen.naive_events))
        for projection, measured in runs.items():
            store = mongo.database_uri(_name())
            measured.append(product.command(servers, store, "consume", projection, *flags))
            documents.verify(store, wanted[projection], projection)
    raw = Row("raw: poll and decode only", median(raws))
    naive = Row("naive: one update an event", median(naives))
    rows = [row(f"consume {each} --until-end", events, made) for each, made in runs.items()]
    print_table(
        f"{events:,} events a topic, {log.PARTITIONS} partitions, {DAYS} dates, "
        f"ids {chosen.ids}, {chosen.kafka_client} client, median of {chosen.runs}",
        [raw, naive, *rows],
        against=[raw, naive],
    )
    for projection in ("order-funnel", "revenue"):
        found = product.stages(servers, mongo.database_uri(_name()), topic, projection)
        print(f"\n{projection}, by stage, µs an event{'CPU':>8}{'wall':>8}")
        for stage, cost in found.items():
            print(f"  {stage:32}{cost['cpu']:>8.2f}{cost['wall']:>8.2f}")


def _name() -> str:
    return f"bench_{uuid4().hex[:8]}"
