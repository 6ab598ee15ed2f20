"""One bulk of `$inc` a poll: what a good engineer writes in an afternoon. Nothing protects it.

    python -m benchmarks.peers.batched_inc SERVERS TOPIC STORE COUNT

A crash between the bulk and the commit counts a batch twice; a duplicated event
is counted twice.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any
from uuid import uuid4

import orjson
from kafka import KafkaConsumer
from pymongo import MongoClient, UpdateOne, WriteConcern

from ..documents import FIELDS

BATCH = 5000


def main(servers: str, topic: str, store: str, count: int) -> None:
    """Fold so many events."""
    fields = {event: field for field, event in FIELDS["order-funnel"].items()}
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=servers,
        group_id=f"{topic}.inc.{uuid4().hex[:8]}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        metrics_enabled=False,
    )
    client: MongoClient[dict[str, Any]] = MongoClient(store)
    documents = client.get_default_database().get_collection(
        "analytics_order_funnel", write_concern=WriteConcern("majority")
    )
    seen = 0
    while seen < count:
        found: dict[str, Counter[str]] = {}
        for records in consumer.poll(1000, BATCH).values():
            for record in records:
                event = orjson.loads(record.value)
                found.setdefault(event["occurred_at"][:10], Counter())[
                    fields[event["event_type"]]
                ] += 1
            seen += len(records)
        if found:
            changes = [
                UpdateOne({"_id": date}, {"$inc": dict(counts)}, upsert=True)
                for date, counts in found.items()
            ]
            documents.bulk_write(changes, ordered=False)
            consumer.commit()
    consumer.close()
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
