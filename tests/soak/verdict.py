"""At the end: everything that is stored is held against what the log says."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from tests.integration.documents import (
    PROJECTIONS,
    assert_dead_letters,
    assert_exact,
    raw_documents,
)
from tests.integration.product import Product
from tests.oracle.documents import TOPIC_OF, Expected, LogRecord, expected

from .agenda import Book, tell

_SECONDS = 1800.0


def judge(servers: str, product: Product, dates: str, book: Book) -> None:
    """Catch up, then hold documents, dead letters and commits against the log."""
    tell("consume all --until-end")
    outcome = product.run("consume", "all", "--until-end", timeout=_SECONDS)
    if outcome.code:
        book.wrong(f"consume all --until-end: exit {outcome.code}: {outcome.err[-1500:]}")
    tell("the oracle reads the log")
    oracle = oracles(servers)
    for topic in sorted(set(TOPIC_OF.values())):
        of = next(each for each in oracle if TOPIC_OF[each] == topic)
        book.did(f"records of {topic}", _records(oracle[of]))
    book.did("duplicates of events", sum(each.duplicates for each in oracle.values()))
    book.did("dead letters", sum(len(each.dead_letters) for each in oracle.values()))
    _compare(product.store, oracle, book, "")
    _commits(servers, product.store, book)
    tell("verify")
    outcome = product.run("verify", "--date", dates, timeout=_SECONDS)
    if outcome.code or outcome.out:
        book.wrong(f"verify: exit {outcome.code}: {outcome.out[:1500]} {outcome.err[-1500:]}")
    tell("backfill")
    outcome = product.run("backfill", "--date", dates, "--yes", timeout=_SECONDS)
    if outcome.code:
        book.wrong(f"backfill: exit {outcome.code}: {outcome.err[-1500:]}")
    _compare(product.store, oracle, book, "after a backfill of everything: ")


def oracles(servers: str) -> dict[str, Expected]:
    """What the log leads to, each worked out in a process that ends with it."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        return dict(zip(PROJECTIONS, pool.map(_oracle, [servers] * 3, PROJECTIONS), strict=True))


def _oracle(servers: str, projection: str) -> Expected:
    return expected(projection, log_of(servers, TOPIC_OF[projection]))


def log_of(servers: str, topic: str) -> Iterator[LogRecord]:
    """Everything that is on a topic, partition after partition."""
    with closing(
        KafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed")
    ) as consumer:
        for number in sorted(consumer.partitions_for_topic(topic)):
            partition = TopicPartition(topic, number)
            consumer.assign([partition])
            consumer.seek_to_beginning(partition)
            end = consumer.end_offsets([partition])[partition]
            while consumer.position(partition) < end:
                for each in consumer.poll(500).get(partition, []):
                    yield LogRecord(topic, number, each.offset, each.value, each.key)


def _records(oracle: Expected) -> int:
    return oracle.counted + oracle.duplicates + oracle.skipped + len(oracle.dead_letters)


def _compare(store: str, oracle: dict[str, Expected], book: Book, when: str) -> None:
    checks = [partial(assert_exact, store, each, oracle[each]) for each in PROJECTIONS]
    for check in (*checks, partial(assert_dead_letters, store, oracle)):
        try:
            check()
        except AssertionError as error:
            book.wrong(f"{when}{str(error)[:1500]}")


def _commits(servers: str, store: str, book: Book) -> None:
    """No group is further than what is stored."""
    stored = {
        (each["projection"], each["partition"]): each["next"]
        for each in raw_documents(store, "analytics_checkpoints").values()
    }
    with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
        for projection in PROJECTIONS:
            group = f"sc-analytics-{projection}"
            for partition, at in admin.list_group_offsets({group: None})[group].items():
                name = f"{partition.topic}/{partition.partition}"
                if at.offset > stored.get((projection, name), -1):
                    book.wrong(f"{group} has committed {at.offset} of {name}, which is not stored")
