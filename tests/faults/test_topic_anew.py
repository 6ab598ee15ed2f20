"""A topic deleted and created again: never mistaken for the old one, and taken on by consent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.product import Product, finish, stop, wait_until
from tests.servers.kafka import KafkaServer

from .orders import DAY, Orders, checkpoints, counted

NEXT_DAY = "2026-10-02"
FLAGS = ("--timeout", "4", "--session-timeout", "2s", "--flush-interval", "100ms")


@pytest.fixture
def orders(kafka: KafkaServer) -> Orders:
    """A topic with ten orders of one day."""
    made = Orders(kafka.bootstrap_servers).create()
    made.send([f"old-{number}" for number in range(10)])
    return made


@pytest.fixture
def product(orders: Orders, tmp_path: Path) -> Iterator[Product]:
    """A store that has absorbed them."""
    made = orders.product(f"sqlite:///{tmp_path}/store.db", *FLAGS)
    made.ok("consume", "order-funnel", "--until-end")
    assert counted(made.store) == {DAY: 10}
    return made


def test_it_is_refused_until_it_is_accepted_and_then_counted_on_top(
    orders: Orders, product: Product
) -> None:
    """Also where it has outgrown the old end; ids that were counted stay counted.

    Afterwards everything that reads the topic knows which log is meant: replay,
    a dead letter, backfill, which leaves the dates alone that need the old log.
    """
    orders.delete()
    orders.create()
    orders.send(["old-3", "old-4", *[f"new-{number}" for number in range(30)]])
    orders.send([f"later-{number}" for number in range(5)], NEXT_DAY)
    for command in (
        ["consume", "order-funnel", "--until-end"],
        ["replay", "order-funnel", "--from-offset", "earliest"],
        ["backfill", "order-funnel", "--date", DAY, "--yes"],
    ):
        outcome = product.run(*command)
        assert outcome.code == 7, outcome.err
        assert "is not the log that was read before" in outcome.err
        assert "consume order-funnel --accept-new-topic" in outcome.err
    assert counted(product.store) == {DAY: 10}
    product.ok("consume", "order-funnel", "--until-end", "--accept-new-topic")
    assert counted(product.store) == {DAY: 40, NEXT_DAY: 5}
    assert len(checkpoints(product.store)) == 4
    product.ok("consume", "order-funnel", "--until-end")
    product.ok("replay", "order-funnel", "--from-offset", "earliest")
    assert counted(product.store) == {DAY: 40, NEXT_DAY: 5}
    outcome = product.run("backfill", "order-funnel", "--date", f"{DAY}..{NEXT_DAY}", "--yes")
    assert outcome.code == 3, outcome.err
    assert "is of a topic that was deleted" in outcome.err
    assert counted(product.store) == {DAY: 40, NEXT_DAY: 5}
    told = product.ok("explain", f"{orders.topic}:1:0")
    assert "duplicate" in told
    assert "new-0" in product.ok("explain", "new-0")


def test_it_happens_under_a_running_consumer(orders: Orders, product: Product) -> None:
    """Which waits while there is no such topic, and refuses the new one with exit 7."""
    process = product.start("consume", "order-funnel")
    orders.send(["seen"])
    wait_until(lambda: counted(product.store) == {DAY: 11}, what="a consumer at work")
    orders.delete()
    orders.create()
    orders.send([f"new-{number}" for number in range(40)])
    outcome = finish(process)
    assert outcome.code == 7, outcome.err
    assert "is not the log that was read before" in outcome.err
    assert counted(product.store) == {DAY: 11}


def test_a_running_consumer_that_accepts_goes_on_with_it(orders: Orders, product: Product) -> None:
    """Without a restart, and from its first record."""
    process = product.start("consume", "order-funnel", "--accept-new-topic")
    orders.send(["seen"])
    wait_until(lambda: counted(product.store) == {DAY: 11}, what="a consumer at work")
    orders.delete()
    orders.create()
    orders.send([f"new-{number}" for number in range(40)])
    wait_until(lambda: counted(product.store) == {DAY: 51}, what="the new log")
    outcome = stop(process)
    assert outcome.code == 0, outcome.err
    assert "created anew" in outcome.err
