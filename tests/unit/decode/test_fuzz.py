"""Anything may come as a record: it is an event, skipped, or a dead letter, as the oracle says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.decode.moment import Calendar
from sc_analytics_cli.decode.reader import read
from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.settings import Rules
from tests.oracle import documents as oracle

SOUND: dict[str, dict[str, Any]] = {
    "user-lifecycle": {"event_type": "user.role_changed", "payload": {"new_role": "leader"}},
    "order-funnel": {"event_type": "order.created", "aggregate_id": "o-1"},
    "revenue": {
        "event_type": "order.payment_succeeded",
        "aggregate_id": "o-1",
        "payload": {"order_id": "o-1", "amount_cents": 1250, "currency": "EUR"},
    },
}
NAMES = [
    "event_id", "id", "event_type", "type", "occurred_at", "time", "aggregate_id", "subject",
    "payload", "data", "order_id", "amount_cents", "refund_cents", "refund", "community_id",
    "promotion_id", "currency", "new_role", "old_role",
]  # fmt: skip
TYPES = ["order.payment_succeeded", "order.cancelled", "order.attribution_recorded", "other"]
TIMES = ["2026-10-01T10:00:00Z", "2026-10-01 10:00", "2026-02-30T10:00:00Z", "9998-12-31T23:59-01"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=6)
    | st.sampled_from([*TYPES, *TIMES, "\ud800", "a\0b", "é" * 257, 2**53, 2**53 - 1])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def agree(value: bytes) -> None:
    """Every projection and the oracle see the same in a record."""
    for name in SOUND:
        (projection,) = named([name])
        mine = read([LogRecord(0, value)], projection.readers(Rules()), Calendar("UTC"))
        its = oracle.expected(name, [oracle.LogRecord(oracle.TOPIC_OF[name], 0, 0, value)])
        found = (len(mine.events), mine.skipped, len(mine.dead_letters))
        assert found == (its.counted, its.skipped, len(its.dead_letters)), (name, value)
        assert all(letter.reason.isprintable() for letter in mine.dead_letters)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(value: bytes) -> None:
    agree(value)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_arbitrary_json(value: object) -> None:
    agree(json.dumps(value).encode())


@pytest.mark.parametrize("name", SOUND)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_sound_events_with_fields_changed(name: str, data: st.DataObject) -> None:
    """In the envelope and in the payload."""
    event = {"event_id": "e-1", "occurred_at": TIMES[0], **SOUND[name]}
    changes = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2)
    payload = event.get("payload", {}) | data.draw(changes)
    agree(json.dumps(event | {"payload": payload} | data.draw(changes)).encode())


@pytest.mark.parametrize("name", SOUND)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_sound_events_with_bytes_changed(name: str, data: st.DataObject) -> None:
    """A stretch of the text is replaced by any other bytes."""
    value = json.dumps({"event_id": "e-1", "occurred_at": TIMES[0], **SOUND[name]}).encode()
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(len(value), start + 5)))
    agree(value[:start] + data.draw(st.binary(max_size=5)) + value[end:])
