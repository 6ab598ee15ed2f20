"""Every kind of malformed record on a real broker, each between two sound events."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from tests.malformed import malformed
from tests.oracle.documents import TOPIC_OF
from tests.servers.kafka import KafkaServer

from .broker import create_topics
from .documents import PROJECTIONS, raw_documents, stored
from .product import Product

HEADERS = [("trace", b"\x00\xff")]


@pytest.fixture(scope="module")
def topics(kafka: KafkaServer) -> Mapping[str, str]:
    """Both topics, with all of the corpus that is theirs at the odd offsets."""
    names = {topic: f"{topic}.{uuid4().hex[:8]}" for topic in set(TOPIC_OF.values())}
    create_topics(kafka.bootstrap_servers, dict.fromkeys(names.values(), 1))
    producer = KafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, acks="all", enable_idempotence=True
    )
    kinds = {"sc.domain.user": "user.created", "sc.domain.order": "order.created"}
    for topic, name in names.items():
        for number, (value, _) in enumerate(corpus(topic)):
            sound = b'{"event_id":"s-%d","event_type":"%s","occurred_at":"2026-10-02T10:00:00Z"}'
            good = sound % (number, kinds[topic].encode())
            producer.send(name, good, partition=0)
            producer.send(name, value, key=b"\xff-%d" % number, headers=HEADERS, partition=0)
    producer.flush(120)
    producer.close()
    return names


def corpus(topic: str) -> list[tuple[bytes, Mapping[str, str]]]:
    """Value and fates of the kinds of a topic."""
    wanted = {name for name, its in TOPIC_OF.items() if its == topic}
    return [(each.value, each.fate) for each in malformed("m") if wanted & each.fate.keys()]


@pytest.mark.parametrize("kind", ["mongodb", "sqlite"])
def test_each_is_one_dead_letter_and_its_neighbours_are_counted(
    kafka: KafkaServer,
    topics: Mapping[str, str],
    mongo_database: str,
    tmp_path: Path,
    kind: str,
) -> None:
    """With coordinate, bytes, key, headers and reason; the run goes on to its end."""
    store = mongo_database if kind == "mongodb" else f"sqlite:///{tmp_path}/store.db"
    user, order = topics["sc.domain.user"], topics["sc.domain.order"]
    flags = ("--user-topic", user, "--order-topic", order)
    product = Product(kafka.bootstrap_servers, store, *flags)
    product.ok("consume", "all", "--until-end")
    letters = raw_documents(store, "analytics_dead_letters")
    expected = set()
    for projection in PROJECTIONS:
        topic = topics[TOPIC_OF[projection]]
        for number, (value, fates) in enumerate(corpus(TOPIC_OF[projection])):
            if fates[projection] in ("counted", "skipped"):
                continue
            identity = f"{projection}:{topic}/0:{2 * number + 1}"
            expected.add(identity)
            letter = letters[identity]
            assert letter["reason"].startswith(fates[projection])
            if kind == "mongodb":
                assert (letter["value"], letter["key"]) == (value, b"\xff-%d" % number)
            assert letter["headers"] == [{"name": "trace", "base64": "AP8="}]
            assert (letter["topic"], letter["value_bytes"]) == (topic, len(value))
    assert set(letters) == expected
    day = "2026-10-02"
    counted = stored(store, "order-funnel")[day]["orders_created"]
    assert counted == len(corpus("sc.domain.order"))
    registered = stored(store, "user-lifecycle")[day]["registrations"]
    assert registered == len(corpus("sc.domain.user"))


def test_a_topic_of_rubbish_stops_its_own_readers_and_no_other(
    kafka: KafkaServer, topics: Mapping[str, str], tmp_path: Path
) -> None:
    """Exit 6 and what to do; what was read is kept; a raised limit goes on to the end."""
    wrong = f"wrong.{uuid4().hex[:8]}"
    create_topics(kafka.bootstrap_servers, {wrong: 1})
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for number in range(1_200):
        producer.send(wrong, b"\x00line %d \x1b[31m" % number, partition=0)
    producer.flush(60)
    producer.close()
    store = f"sqlite:///{tmp_path}/store.db"
    flags = ("--user-topic", topics["sc.domain.user"], "--order-topic", wrong)
    product = Product(kafka.bootstrap_servers, store, *flags)
    for _ in range(2):
        outcome = product.run("consume", "all", "--until-end")
        assert outcome.code == 6, outcome.err
        assert "1,000 records in a row cannot be read" in outcome.err
        assert "the others go on" in outcome.err
        assert _letters(tmp_path, "revenue") == _letters(tmp_path, "order-funnel") == 1_000
        assert stored(store, "user-lifecycle")["2026-10-02"]["registrations"] > 0
    product.ok("consume", "all", "--until-end", "--max-dead-letters", "5000")
    assert _letters(tmp_path, "revenue") == _letters(tmp_path, "order-funnel") == 1_200


def _letters(folder: Path, projection: str) -> int:
    connection = sqlite3.connect(folder / "store.db")
    try:
        query = "SELECT count(*) FROM analytics_dead_letters WHERE id LIKE ?"
        (count,) = connection.execute(query, (f"{projection}:%",)).fetchone()
    finally:
        connection.close()
    return int(count)
