"""Backfill where retention has deleted the head of the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, TopicPartition

from tests.cli.labelled import moment
from tests.oracle.documents import LogRecord
from tests.oracle.sample import event
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .broker import create_topics, produce
from .databases import fresh_database
from .documents import Documents, dump, raw_documents
from .product import Product

FUNNEL = "analytics_order_funnel"
CUT, WHOLE = "2026-10-01", "2026-10-02"


class Shortened(NamedTuple):
    """A store that has absorbed a log of which the first three records are gone since."""

    product: Product
    topic: str


@pytest.fixture
def shortened(kafka: KafkaServer, mongo: MongoServer) -> Iterator[Shortened]:
    """Four orders of the cut date and two of the whole one; the cut date has one record left."""
    topic = f"retention.{uuid4().hex[:8]}"
    create_topics(kafka.bootstrap_servers, {topic: 2})
    times = [f"{CUT}T0{hour}:00:00" for hour in range(4)] + [
        f"{WHOLE}T0{hour}:00:00" for hour in (1, 2)
    ]
    produce(
        kafka.bootstrap_servers, [_created(topic, at, offset) for offset, at in enumerate(times)]
    )
    with fresh_database(mongo) as uri:
        product = Product(kafka.bootstrap_servers, uri, "--order-topic", topic)
        product.ok("consume", "order-funnel", "--until-end")
        admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
        admin.delete_records({TopicPartition(topic, 0): 3})
        admin.close()
        yield Shortened(product, topic)


def _created(topic: str, at: str, offset: int) -> LogRecord:
    value = json.dumps(event("order.created", at=f"{at}Z")).encode()
    return LogRecord(topic, 0, offset, value, None, moment(at))


def spoil(product: Product) -> Documents:
    """Change both documents by hand."""
    from pymongo import MongoClient

    with MongoClient(product.store) as client:
        client.get_default_database()[FUNNEL].update_many({}, {"$inc": {"orders_created": 7}})
    return raw_documents(product.store, FUNNEL)


def test_a_cut_date_is_named_and_left_alone_and_the_others_are_rebuilt(
    shortened: Shortened,
) -> None:
    """Exit 3; named with the partition, its first offset and the first time that is still there."""
    product, topic = shortened
    before = spoil(product)
    outcome = product.run("backfill", "order-funnel", "--date", f"{CUT}..{WHOLE}", "--yes")
    assert outcome.code == 3, outcome.err
    assert f"order-funnel: {CUT}: the log begins 2026-10-01 03:00 UTC; skipped" in outcome.err
    assert outcome.err.count(f"{topic}: partition 0 from 3 (2026-10-01 03:00:00Z)") == 1
    assert f"order-funnel: {WHOLE}, 1 date, UTC" in outcome.err
    assert f"skipped, because retention has cut them: {CUT}" in outcome.err
    after = raw_documents(product.store, FUNNEL)
    assert after[CUT] == before[CUT]
    assert after[WHOLE]["orders_created"] == 2


def test_where_no_date_is_left_it_is_exit_6(shortened: Shortened) -> None:
    """The same for backfill, a dry run and verify; nothing whatever is written."""
    product, topic = shortened
    spoil(product)
    before = dump(product.store)
    for command in (("backfill", "--yes"), ("backfill", "--dry-run"), ("verify",)):
        outcome = product.run(command[0], "order-funnel", "--date", CUT, *command[1:])
        assert outcome.code == 6, outcome.err
        assert f"retention has cut {CUT}" in outcome.err
        assert f"{topic}: partition 0 from 3 (2026-10-01 03:00:00Z)" in outcome.err
        assert " reads " not in outcome.err
        assert "--allow-incomplete" in outcome.err
    assert dump(product.store) == before


def test_a_dry_run_names_the_cut_dates_too(shortened: Shortened) -> None:
    """On stdout, as words and as JSON."""
    product, topic = shortened
    dates = ("--date", f"{CUT}..{WHOLE}", "--dry-run")
    outcome = product.run("backfill", "order-funnel", *dates)
    assert outcome.code == 3
    assert f"unchanged {WHOLE}" in outcome.out
    assert f"{CUT}: the log begins 2026-10-01 03:00 UTC; skipped" in " ".join(outcome.out.split())
    told = json.loads(product.run("backfill", "order-funnel", *dates, "--json").out)
    assert told["unchanged"] == {"order-funnel": [WHOLE]}
    assert told["incomplete"] == [
        {
            "projection": "order-funnel",
            "date": CUT,
            "partition": f"{topic}/0",
            "first_offset": 3,
            "first_recorded_at": "2026-10-01T03:00:00.000Z",
            "skipped": True,
        }
    ]


def test_what_is_left_is_made_do_with_where_that_is_allowed(shortened: Shortened) -> None:
    """The document says that it is incomplete, and the report that it is partial."""
    product, _ = shortened
    product.ok(
        "backfill", "order-funnel", "--date", f"{CUT}..{WHOLE}", "--yes", "--allow-incomplete"
    )
    documents = raw_documents(product.store, FUNNEL)
    assert documents[CUT]["orders_created"] == 1
    assert documents[CUT]["incomplete"] is True
    assert "incomplete" not in documents[WHOLE]
    report = product.ok("report", "funnel", "--date", f"{CUT}..{WHOLE}", "--json")
    rows = json.loads(report)["reports"]["funnel"]
    assert [(row["date"], row["status"]) for row in rows] == [(CUT, "partial"), (WHOLE, "complete")]
    shown = product.ok("report", "funnel", "--date", f"{CUT}..{WHOLE}")
    (cut_line,) = [line for line in shown.splitlines() if CUT in line and "…" not in line]
    assert "partial" in cut_line
