"""What the product is measured against: loops that any engineer would write first."""

from __future__ import annotations

import time
from typing import Any

import orjson
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as ConfluentPartition
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient, WriteConcern

from .log import PARTITIONS


def _consumer(servers: str, topic: str) -> KafkaConsumer:
    consumer = KafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        metrics_enabled=False,
    )
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    return consumer


def raw(servers: str, topic: str, count: int) -> float:
    """Poll and decode, nothing else: events a second."""
    consumer = _consumer(servers, topic)
    try:
        began, seen = time.perf_counter(), 0
        while seen < count:
            for records in consumer.poll(1000, 5000).values():
                for record in records:
                    orjson.loads(record.value)
                seen += len(records)
        return seen / (time.perf_counter() - began)
    finally:
        consumer.close()


def raw_confluent(servers: str, topic: str, count: int) -> float:
    """The same by librdkafka at its defaults: events a second."""
    consumer = Consumer(
        {"bootstrap.servers": servers, "group.id": f"{topic}.raw", "enable.auto.commit": False}
    )
    try:
        consumer.assign([ConfluentPartition(topic, number, 0) for number in range(PARTITIONS)])
        began, seen = time.perf_counter(), 0
        while seen < count:
            messages = consumer.consume(5000, 0.1)
            for message in messages:
                orjson.loads(message.value())
            seen += len(messages)
        return seen / (time.perf_counter() - began)
    finally:
        consumer.close()


def naive(servers: str, topic: str, store: str, count: int) -> float:
    """One update an event, as the usual tutorial does it: events a second."""
    consumer = _consumer(servers, topic)
    client: MongoClient[dict[str, Any]] = MongoClient(store)
    documents = client.get_default_database().get_collection(
        "naive", write_concern=WriteConcern("majority")
    )
    try:
        began, seen = time.perf_counter(), 0
        while seen < count:
            for records in consumer.poll(1000, 500).values():
                for record in records[: count - seen]:
                    event = orjson.loads(record.value)
                    documents.update_one(
                        {"_id": event["occurred_at"][:10]},
                        {"$inc": {event["event_type"].replace(".", "_"): 1}},
                        upsert=True,
                    )
                    seen += 1
        return seen / (time.perf_counter() - began)
    finally:
        consumer.close()
        client.close()
