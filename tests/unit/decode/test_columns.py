"""Records that are read at once say what they say one by one."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc_analytics_cli.decode.columns import read_at_once
from sc_analytics_cli.decode.moment import Calendar
from sc_analytics_cli.decode.reader import read, read_one_by_one
from sc_analytics_cli.decode.reading import Reading
from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.settings import Rules

from .test_fuzz import NAMES, VALUES

TIMES = ["2026-10-01T10:00:00Z", "2026-10-02T23:59:59.123Z", "2026-10-01T10:00:00.5+02:00"]
KINDS = ["order.created", "order.payment_succeeded", "order.cancelled", "price.changed", "other"]
PAYLOADS: list[dict[str, Any]] = [
    {"order_id": "o-1", "amount_cents": 5, "refund_cents": 3},
    {"order_id": "o-1", "amount_cents": 5, "refund_cents": 0},
]
SOUND = st.fixed_dictionaries(
    {
        "event_id": st.uuids().map(str),
        "event_type": st.sampled_from(KINDS),
        "occurred_at": st.sampled_from(TIMES),
        "payload": st.sampled_from(PAYLOADS),
    }
)
CHANGED = st.builds(
    lambda event, changes: event | changes,
    SOUND,
    st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=2),
)
OTHER_NAMES = {"event_id": "id", "event_type": "type", "occurred_at": "time"}


def others(event: dict[str, Any]) -> dict[str, Any]:
    """The event with the names that CloudEvents has."""
    return {OTHER_NAMES.get(name, name): value for name, value in event.items()}


def written(*values: object) -> list[LogRecord]:
    """Records with an offset between each two."""
    return [LogRecord(2 * at, json.dumps(each).encode()) for at, each in enumerate(values)]


def both(
    name: str, records: Sequence[LogRecord], dates: Container[str] | None = None
) -> tuple[Reading | None, Reading]:
    """At once, if that can be, and one by one."""
    (projection,) = named([name])
    readers, calendar = projection.readers(Rules(currency="EUR")), Calendar("Europe/Berlin")
    return (
        read_at_once(records, readers, calendar, dates),
        read_one_by_one(records, readers, calendar, dates),
    )


@pytest.mark.parametrize("name", ["order-funnel", "revenue"])
@pytest.mark.parametrize("dates", [None, {"2026-10-01"}])
@settings(max_examples=60, deadline=None)
@given(events=st.lists(SOUND, max_size=8), renamed=st.booleans())
def test_sound_events_are_read_at_once(
    name: str, dates: set[str] | None, events: list[dict[str, Any]], renamed: bool
) -> None:
    """Under either names, those of types and dates that nobody asked for too."""
    at_once, one_by_one = both(name, written(*map(others, events) if renamed else events), dates)
    assert at_once == one_by_one
    assert not one_by_one.dead_letters


@pytest.mark.parametrize("name", ["order-funnel", "revenue"])
@settings(max_examples=250, deadline=None)
@given(values=st.lists(SOUND | SOUND.map(others) | CHANGED | VALUES, max_size=4))
def test_anything_else_is_read_so_or_not_at_once(name: str, values: list[object]) -> None:
    """Whatever is accepted at once would be read in the same way one by one."""
    at_once, one_by_one = both(name, written(*values))
    assert at_once in (None, one_by_one)


@pytest.mark.parametrize("bad", [b"", b"[]", b"{", None, b'{"event_type":5}', b'"event_type"'])
def test_one_record_that_is_none_spoils_no_other(bad: bytes | None) -> None:
    """Wherever it stands among a thousand; the thousand are counted."""
    sound = {"event_id": "e", "event_type": "order.created", "occurred_at": TIMES[0]}
    records = written(*[sound | {"event_id": f"e-{number}"} for number in range(1000)])
    (projection,) = named(["order-funnel"])
    for at in (0, 63, 64, 249, 250, 600, 999):
        spoilt = [*records[:at], LogRecord(2 * at, bad), *records[at + 1 :]]
        found = read(spoilt, projection.readers(Rules()), Calendar("UTC"))
        assert [each.offset for each in found.events] == [
            each.offset for each in records if each.offset != 2 * at
        ]
        assert found.records == 1000
