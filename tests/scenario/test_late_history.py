"""Revenue whose history is read back to front: "first" and "later" go by arrival all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.event import Chunk, LogRecord
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PARTITION = "sc.domain.order/0"

payments = st.builds(
    lambda cents: ("order.payment_succeeded", {"amount_cents": cents}), st.integers(0, 50)
)
refunds = st.builds(lambda cents: ("order.cancelled", {"refund_cents": cents}), st.integers(0, 9))
attributions = st.builds(
    lambda community: ("order.attribution_recorded", {"community_id": community}),
    st.sampled_from("AB"),
)
facts = st.lists(
    st.tuples(st.sampled_from(["o-1", "o-2"]), st.one_of(payments, refunds, attributions)),
    min_size=1,
    max_size=12,
)


def log_of(told: list[tuple[str, tuple[str, dict[str, Any]]]]) -> list[LogRecord]:
    """One record a fact, a day apart each two."""
    return [
        LogRecord(
            offset,
            json.dumps(
                {
                    "event_id": f"e-{offset}",
                    "event_type": kind,
                    "occurred_at": f"2026-10-{1 + offset // 2:02}T10:00:00Z",
                    "payload": {"order_id": order, **payload},
                }
            ).encode(),
        )
        for offset, (order, (kind, payload)) in enumerate(told)
    ]


def read(store: MemoryStore, records: list[LogRecord], start: int, end: int) -> None:
    """One process that reads `[start, end)`."""
    (projection,) = named(["revenue"])
    flush = Flush(projection, store, Rules(), lambda: NOW)
    flush.write([Chunk(PARTITION, start, end, records[start:end], "sc.domain.order")])


def figures(store: MemoryStore) -> dict[str, dict[str, Any]]:
    """Date → what a reader sees; a date that came back to nothing counts as none."""
    own = {"rev", "source", "updated_at"}
    documents = store.scan("analytics_revenue")
    seen = {d["_id"]: {k: v for k, v in d.items() if k not in own} for d in documents}
    return {date: document for date, document in seen.items() if document["hours"]}


@given(facts, st.lists(st.integers(0, 12), max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_pieces_of_the_log_in_any_order_give_the_same_figures(
    told: list[tuple[str, tuple[str, dict[str, Any]]]], cuts: list[int], chance: Any
) -> None:
    """The log cut anywhere, its pieces read in any order and some twice, is the log read once."""
    records = log_of(told)
    straight, shuffled = MemoryStore(), MemoryStore()
    read(straight, records, 0, len(records))
    borders = sorted({0, len(records), *(cut for cut in cuts if cut < len(records))})
    pieces = list(pairwise(borders))
    chance.shuffle(pieces)
    for start, end in [*pieces, *pieces[:1], (0, len(records))]:
        read(shuffled, records, start, end)
    assert figures(shuffled) == figures(straight)
