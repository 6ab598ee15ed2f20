"""The daily funnel by bytewax, recovery on; run by the interpreter of its own environment.

    python bytewax_flow.py SERVERS TOPIC STORE FOLDER

As fast as it can be written: a batch is reduced to one partial count a date before
it reaches the state, and of a date only the last state of a batch is written. It
ends at the end of each partition, and counts a duplicated event twice.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bytewax.operators as op
import orjson
from bytewax._bytewax import cli_main
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from pymongo import MongoClient, ReplaceOne, WriteConcern

FIELDS = {
    "order.created": "orders_created",
    "order.payment_initiated": "payments_initiated",
    "order.payment_succeeded": "payments_succeeded",
    "order.confirmed": "orders_confirmed",
    "order.shipped": "orders_shipped",
    "order.delivered": "orders_delivered",
}
BATCH = 5000


def partial_counts(messages: Sequence[Any]) -> Iterator[tuple[str, Counter[str]]]:
    """Date → how often each field occurs in a batch."""
    found: dict[str, Counter[str]] = {}
    for message in messages:
        event = orjson.loads(message.value)
        field = FIELDS.get(event["event_type"])
        if field is not None:
            found.setdefault(event["occurred_at"][:10], Counter())[field] += 1
    yield from found.items()


def add(state: Counter[str] | None, counts: Counter[str]) -> tuple[Counter[str], dict[str, int]]:
    """The state of a date with more counts, and a copy of it to be written."""
    state = state or Counter()
    state.update(counts)
    return state, dict(state)


class Documents(DynamicSink):
    """Daily documents in MongoDB."""

    def __init__(self, store: str) -> None:
        self._store = store

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Writer:
        """The writer of one worker."""
        return Writer(self._store)


class Writer(StatelessSinkPartition):
    """Replaces whole documents, one bulk a batch, write concern majority."""

    def __init__(self, store: str) -> None:
        self._client: MongoClient[dict[str, Any]] = MongoClient(store)
        self._documents = self._client.get_default_database().get_collection(
            "analytics_order_funnel", write_concern=WriteConcern("majority")
        )

    def write_batch(self, items: list[tuple[str, dict[str, int]]]) -> None:
        """The last state of each date."""
        last = dict(items)
        self._documents.bulk_write(
            [ReplaceOne({"_id": date}, state, upsert=True) for date, state in last.items()],
            ordered=False,
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def main(servers: str, topic: str, store: str, folder: str) -> None:
    """Run to the end of the topic."""
    flow = Dataflow("funnel")
    messages = op.input("in", flow, KafkaSource([servers], [topic], tail=False, batch_size=BATCH))
    partial = op.flat_map_batch("decode", messages, partial_counts)
    totals = op.stateful_map("add", partial, add)
    op.output("out", totals, Documents(store))
    init_db_dir(Path(folder), 1)
    cli_main(flow, recovery_config=RecoveryConfig(folder))


if __name__ == "__main__":
    main(*sys.argv[1:5])
