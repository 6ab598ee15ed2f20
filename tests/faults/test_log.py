"""What may happen to the log and to the group while a consumer lives."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.product import PATIENCE, Product, finish, stop, wait_until
from tests.servers.kafka import KafkaServer
from tests.servers.ports import LOOPBACK, free_ports

from .orders import DAY, Orders, checkpoints, counted, created
from .proxy import Fate, Proxy
from .wire import Kafka

SESSION = 2.0
FLAGS = (
    *("--timeout", "4", "--session-timeout", f"{SESSION:g}s"),
    *("--flush-interval", "100ms", "--flush-records", "100"),
)


@pytest.fixture
def orders(kafka: KafkaServer) -> Orders:
    """A topic of two partitions."""
    return Orders(kafka.bootstrap_servers).create()


@pytest.fixture
def product(orders: Orders, tmp_path: Path) -> Product:
    """An embedded store of the test's own."""
    return orders.product(f"sqlite:///{tmp_path}/store.db", *FLAGS)


def names(first: int, count: int) -> list[str]:
    """Orders by number."""
    return [f"order-{number}" for number in range(first, first + count)]


def until(product: Product, total: int, timeout: float = PATIENCE) -> None:
    """Wait until so many orders are counted, and no more."""
    wait_until(
        lambda: counted(product.store) == {DAY: total}, timeout=timeout, what=f"{total} orders"
    )


def test_a_zombie_that_wakes_up_after_another_took_over(
    orders: Orders, mongo_database: str
) -> None:
    """Stopped past its session in the middle of its work, and going on with what it held."""
    product = orders.product(mongo_database, *FLAGS)
    zombie = product.start("consume", "order-funnel")
    orders.send(names(0, 100))
    until(product, 100)
    for round_ in range(2):
        total = 100 + 1000 * round_
        orders.send(names(total, 500))
        zombie.send_signal(signal.SIGSTOP)
        heir = product.start("consume", "order-funnel")
        orders.send(names(total + 500, 500))
        until(product, total + 1000)
        zombie.send_signal(signal.SIGCONT)
        assert stop(heir).code == 0
    orders.send(names(2100, 100))
    until(product, 2200)
    outcome = stop(zombie)
    assert outcome.code == 0, outcome.err


def test_partitions_that_are_added_are_read_from_their_start(
    orders: Orders, product: Product
) -> None:
    """By a live consumer, within two minutes, without a restart."""
    process = product.start("consume", "order-funnel", "--start", "latest")
    wait_until(lambda: len(checkpoints(product.store)) == 2, what="the first partitions")
    orders.grow(4)
    orders.send(names(0, 40), partition=3)
    until(product, 40, timeout=120)
    assert checkpoints(product.store)[f"{orders.topic}/3"]["ranges"] == [[0, 40]]
    assert stop(process).code == 0


def test_a_gap_that_was_accepted_is_recorded(orders: Orders, product: Product) -> None:
    """In the checkpoint, so that it can be shown; killed right after, nobody is asked again."""
    orders.send(names(0, 10), partition=0)
    product.ok("consume", "order-funnel", "--until-end")
    orders.send(names(10, 20), partition=0)
    orders.delete_below(0, 25)
    outcome = product.run("consume", "order-funnel", "--until-end")
    assert outcome.code == 6
    assert f"offsets 10 to 24 of {orders.topic}/0 are gone" in outcome.err
    process = product.start("consume", "order-funnel", "--accept-gap")
    name = f"{orders.topic}/0"
    wait_until(lambda: "gaps" in checkpoints(product.store)[name], what="the record of the gap")
    process.kill()
    finish(process)
    assert checkpoints(product.store)[name]["gaps"] == [[10, 25]]
    product.ok("consume", "order-funnel", "--until-end")
    assert counted(product.store) == {DAY: 15}
    assert checkpoints(product.store)[name]["ranges"] == [[0, 10], [25, 30]]


def test_transactions_aborted_and_left_open(orders: Orders, product: Product) -> None:
    """What was aborted is no event; what is open holds up its partition until it ends."""
    with closing(orders.transaction("aborted")) as producer:
        for name in names(100, 10):
            producer.send(orders.topic, created(name), partition=0)
        producer.flush()
        producer.abort_transaction()
    orders.send(names(0, 10), partition=0)
    with closing(orders.transaction("open")) as producer:
        for name in names(10, 10):
            producer.send(orders.topic, created(name), partition=0)
        producer.flush()
        orders.send(names(20, 10), partition=0)
        orders.send(names(30, 10), partition=1)
        product.ok("consume", "order-funnel", "--until-end")
        assert counted(product.store) == {DAY: 20}
        process = product.start("consume", "order-funnel")
        orders.send(names(40, 10), partition=1)
        until(product, 30)
        producer.commit_transaction()
        until(product, 50)
        assert stop(process).code == 0


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[KafkaServer, Proxy]]:
    """A broker whose clients all come through a proxy."""
    (port,) = free_ports(1)
    with KafkaServer({"advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}"}) as server:
        target = int(server.bootstrap_servers.rpartition(":")[2])
        with Proxy(target, Kafka(), port) as proxy:
            yield server, proxy


def test_the_way_to_the_broker_breaks(behind: tuple[KafkaServer, Proxy], tmp_path: Path) -> None:
    """Cut, silent, refused, replies of fetches, heartbeats and commits lost, then kill -9."""
    server, proxy = behind
    orders = Orders(proxy.address).create()
    product = orders.product(f"sqlite:///{tmp_path}/store.db", *FLAGS)
    process = product.start("consume", "order-funnel")
    orders.send(names(0, 100))
    until(product, 100)
    total = 100
    for kind in ("fetch", "commit", "heartbeat", "metadata"):
        fault = proxy.spoil({kind}, Fate.LOSE_REPLY, times=1)
        orders.send(names(total, 100))
        total += 100
        until(product, total)
        wait_until(lambda fault=fault: fault.happened == 1, what=f"a lost reply of {kind}")
        proxy.calm()
    for _ in range(5):
        proxy.cut()
        time.sleep(0.3)
    orders.send(names(total, 100))
    total += 100
    until(product, total)
    proxy.silence()
    time.sleep(SESSION * 4)
    assert process.poll() is None
    proxy.calm()
    orders.send(names(total, 100))
    total += 100
    until(product, total)
    server.kill()
    time.sleep(SESSION)
    server.restart()
    orders.send(names(total, 100))
    total += 100
    until(product, total)
    outcome = stop(process)
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
