"""The way to MongoDB breaks, slows down or goes silent under a live consumer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from kafka import KafkaAdminClient

from tests.integration.databases import fresh_database
from tests.integration.product import Product, database_of, stop, wait_until
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .orders import DAY, Orders, checkpoints, counted
from .proxy import Fate, Proxy
from .wire import Mongo

TIMEOUT = 2
SILENCE = 8
GROUP = "sc-analytics-order-funnel"
FLAGS = (
    *("--timeout", str(TIMEOUT), "--session-timeout", "3s"),
    *("--flush-interval", "100ms", "--flush-records", "50"),
)


@dataclass
class Scene:
    """A topic, a store behind a proxy, and the same store seen directly."""

    orders: Orders
    proxy: Proxy
    product: Product
    store: str
    sent: int = 0

    def send(self, count: int) -> None:
        """Produce so many orders."""
        self.orders.send([f"order-{n}" for n in range(self.sent, self.sent + count)])
        self.sent += count

    def caught_up(self) -> None:
        """Wait until everything that was sent is counted, once."""
        wait_until(lambda: counted(self.store) == {DAY: self.sent}, what=f"{self.sent} orders")

    def check_commits(self) -> None:
        """The group never is further than what is stored."""
        with closing(KafkaAdminClient(bootstrap_servers=self.orders.servers)) as admin:
            committed = admin.list_group_offsets({GROUP: None})[GROUP]
        stored = checkpoints(self.store)
        for partition, at in committed.items():
            if partition.topic == self.orders.topic:
                name = f"{partition.topic}/{partition.partition}"
                assert at.offset <= stored[name]["next"]


@pytest.fixture
def scene(kafka: KafkaServer, mongo: MongoServer) -> Iterator[Scene]:
    """Nothing is spoilt yet."""
    port = urlsplit(mongo.uri).port
    assert port is not None
    with fresh_database(mongo) as uri, Proxy(port, Mongo()) as proxy:
        spoilt = f"mongodb://{proxy.address}/{database_of(uri)}?directConnection=true"
        orders = Orders(kafka.bootstrap_servers).create()
        yield Scene(orders, proxy, orders.product(spoilt, *FLAGS), uri)


def test_everything_that_can_happen_to_the_way_there(scene: Scene) -> None:
    """One consumer lives through it all; it says that the store is away once a minute at most."""
    process = scene.product.start("consume", "order-funnel")
    scene.send(100)
    scene.caught_up()
    for names in ({"find"}, {"insert"}, {"update"}):
        swallowed = scene.proxy.spoil(names, Fate.SWALLOW, times=1)
        scene.send(100)
        scene.caught_up()
        assert swallowed.happened == 1
        scene.check_commits()
    scene.proxy.calm()
    late = scene.proxy.spoil({"update"}, Fate.DELAY, times=2, seconds=TIMEOUT * 0.5)
    scene.send(100)
    scene.caught_up()
    assert late.happened > 0
    for _ in range(5):
        scene.proxy.cut()
        scene.send(50)
    scene.caught_up()
    scene.proxy.silence()
    scene.send(100)
    deadline = time.monotonic() + SILENCE
    while time.monotonic() < deadline:
        assert process.poll() is None
        scene.check_commits()
        time.sleep(0.5)
    scene.proxy.calm()
    scene.caught_up()
    scene.proxy.down()
    scene.send(100)
    time.sleep(TIMEOUT * 2)
    assert process.poll() is None
    scene.proxy.calm()
    scene.caught_up()
    outcome = stop(process)
    assert outcome.code == 0, outcome.err
    assert outcome.err.count("MongoDB does not answer") <= 2, outcome.err


@pytest.mark.parametrize(
    "command",
    [
        ["replay", "order-funnel", "--from-offset", "earliest"],
        ["consume", "order-funnel", "--until-end"],
        ["backfill", "order-funnel", "--date", DAY, "--yes"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_meets_a_black_hole_ends_in_time(scene: Scene, command: list[str]) -> None:
    """Exit 5 within a few times --timeout, in the product's words; typed again it is exact."""
    scene.send(100)
    scene.product.ok("consume", "order-funnel", "--until-end")
    scene.send(100)
    hole = scene.proxy.spoil({"update", "insert"}, Fate.SWALLOW)
    began = time.monotonic()
    outcome = scene.product.run(*command, timeout=120)
    assert time.monotonic() - began < 60
    if hole.happened:
        assert outcome.code == 5, outcome.err
        assert "MongoDB does not answer" in outcome.err
        assert "Traceback" not in outcome.err
    scene.proxy.calm()
    scene.product.ok(*command)
    scene.product.ok("consume", "order-funnel", "--until-end")
    assert counted(scene.store) == {DAY: 200}
