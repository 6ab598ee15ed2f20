"""Compaction: what it leaves out is passed over, and no rebuild takes anything away by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from tests.cli.command import plain
from tests.integration.documents import stored
from tests.integration.product import Product, stop, wait_until
from tests.servers.kafka import KafkaServer

from .orders import DAY, Orders, checkpoints, counted

FLUSHES = ("--flush-interval", "100ms", "--flush-records", "100")
COMPACTED = {
    "cleanup.policy": "compact",
    "segment.ms": "100",
    "min.cleanable.dirty.ratio": "0.01",
    "max.compaction.lag.ms": "100",
    "delete.retention.ms": "0",
}


@pytest.fixture(scope="module")
def broker() -> Iterator[KafkaServer]:
    """A broker that compacts at once."""
    with KafkaServer({"log.cleaner.backoff.ms": "200"}) as server:
        yield server


@pytest.fixture
def orders(broker: KafkaServer) -> Orders:
    """A topic of one partition that is not compacted yet."""
    return Orders(broker.bootstrap_servers, partitions=1).create()


@pytest.fixture
def product(orders: Orders, tmp_path: Path) -> Product:
    """An embedded store of the test's own."""
    return orders.product(f"sqlite:///{tmp_path}/store.db", *FLUSHES)


def test_a_compacted_topic_is_read_to_its_end(orders: Orders, product: Product) -> None:
    """Offsets that compaction has emptied are passed over, and the checkpoint comes to the end."""
    orders.send_keyed(names(0, 100), keys=5)
    compact(orders, 60)
    end = orders.end()
    process = product.start("consume", "order-funnel")
    wait_until(
        lambda: checkpoints(product.store).get(f"{orders.topic}/0", {}).get("next") == end,
        what="the end of the log",
    )
    assert stop(process).code == 0
    assert len(left(orders)) <= counted(product.store)[DAY] < end


def test_an_event_of_which_only_the_second_record_is_left_is_counted(
    orders: Orders, product: Product
) -> None:
    """Each event twice under one key: live, backfills and verify agree."""
    orders.send_keyed(names(0, 40), keys=40)
    orders.send_keyed(names(0, 40), keys=40)
    product.ok("consume", "order-funnel", "--until-end")
    compact(orders, 41)
    product.ok("consume", "order-funnel", "--until-end")
    total = counted(product.store)
    verified = product.run("verify", "order-funnel", "--date", DAY)
    assert verified.code == 0, verified
    for _ in range(2):
        again = product.run("backfill", "order-funnel", "--date", DAY, "--yes")
        assert again.code == 0, again.err
        assert "no date had to be rewritten" in again.err
        assert "is compacted, records may be gone from it" in again.err
    assert counted(product.store) == total


def test_a_date_of_which_compaction_has_dropped_events_is_left_alone(
    orders: Orders, product: Product
) -> None:
    """Other events under the same key: exit 6 and named; with --allow-incomplete it says so."""
    orders.send_keyed(names(0, 40), keys=4)
    product.ok("consume", "order-funnel", "--until-end")
    compact(orders, 20)
    product.ok("consume", "order-funnel", "--until-end")
    total = counted(product.store)
    for more in (["--dry-run"], ["--yes"]):
        outcome = product.run("backfill", "order-funnel", "--date", DAY, *more)
        assert outcome.code == 6, outcome.err
        plain(outcome, f"left as they are, because they would lose events: order-funnel: {DAY}")
        assert "it is compacted" in outcome.err
        assert counted(product.store) == total
    product.ok("backfill", "order-funnel", "--date", DAY, "--yes", "--allow-incomplete")
    document = stored(product.store, "order-funnel")[DAY]
    assert document["orders_created"] < total[DAY]
    assert document["incomplete"]


def names(first: int, count: int) -> list[str]:
    """Orders by number."""
    return [f"order-{number}" for number in range(first, first + count)]


def compact(orders: Orders, fewer: int) -> None:
    """Let the topic be compacted; `fewer` records than that are left of those that are there."""
    end = orders.end()
    with closing(KafkaAdminClient(bootstrap_servers=orders.servers)) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, orders.topic, COMPACTED)])
    for number in range(2):
        # A segment is closed by a later record, and the open one is never compacted.
        wait_until(lambda n=number: _roll(orders, n) is None, what="a record")
    wait_until(
        lambda: sum(offset < end for offset in left(orders)) < fewer, what="compaction", timeout=60
    )


def _roll(orders: Orders, number: int) -> None:
    orders.send_keyed([f"last-{number}"], keys=1, kind="last")


def left(orders: Orders) -> list[int]:
    """The offsets at which the topic still holds a record."""
    partition = TopicPartition(orders.topic, 0)
    with closing(KafkaConsumer(bootstrap_servers=orders.servers)) as consumer:
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end = consumer.end_offsets([partition])[partition]
        found: list[int] = []
        while consumer.position(partition) < end:
            found += [record.offset for record in consumer.poll(500).get(partition, [])]
    return found
