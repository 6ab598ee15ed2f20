"""Checks the oracle against figures worked out by hand from the event contract: envelopes."""

from __future__ import annotations

import json

import pytest

from .breakage import BAD_IDS, BAD_TIMES
from .documents import LogRecord, expected
from .sample import DAY, NOON, dead, event, figures, run

LOGIN = "user.login_succeeded"


def login(at: object = NOON, **fields: object) -> dict[str, object]:
    """Return the simplest event that counts."""
    return event(LOGIN, at=at, **fields)


@pytest.mark.parametrize(
    ("written", "date", "hour"),
    [
        ("2026-11-22T00:00:00Z", "2026-11-22", "00"),
        ("2026-11-22T23:59:59.999999999Z", "2026-11-22", "23"),
        ("2026-01-01T00:30:00+02:00", "2025-12-31", "22"),
        ("2025-12-31T22:30:00-02:00", "2026-01-01", "00"),
        ("2026-11-22T12:00", "2026-11-22", "12"),
        ("2026-11-22 12:00:00", "2026-11-22", "12"),
        ("2026-11-22t12:00:00z", "2026-11-22", "12"),
        ("2026-11-22T12:00+0530", "2026-11-22", "06"),
        ("2026-11-22T12:00:01.5-07", "2026-11-22", "19"),
        ("2026-11-22T12:00:00-00:00", "2026-11-22", "12"),
        ("2024-02-29T12:00:00Z", "2024-02-29", "12"),
        ("1970-01-01T00:00:00Z", "1970-01-01", "00"),
        ("1969-12-31T23:30:00-01:00", "1970-01-01", "00"),
        ("9998-12-31T23:59:59Z", "9998-12-31", "23"),
        ("9999-01-01T00:30:00+01:00", "9998-12-31", "23"),
    ],
)
def test_date_times_that_count(written: str, date: str, hour: str) -> None:
    found = run("user-lifecycle", login(written))
    assert list(found.documents) == [date]
    assert found.documents[date]["hours"] == {hour: {"login_successes": 1}}


@pytest.mark.parametrize("written", [*BAD_TIMES, "2026-11-22T12:00:00,5Z", "2026-11-22T12:00.5Z"])
def test_date_times_that_are_dead_letters(written: object) -> None:
    found = run("user-lifecycle", login(written))
    assert dead(found) == [0]
    assert found.documents == {}


@pytest.mark.parametrize(
    ("zone", "written", "date", "hour"),
    [
        # Berlin, 25 October 2026: at 01:00 UTC the clocks go from 03:00 back to 02:00.
        ("Europe/Berlin", "2026-10-24T21:59:59Z", "2026-10-24", "23"),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25", "00"),
        ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25", "02"),
        ("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25", "02"),
        ("Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25", "03"),
        ("Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25", "23"),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26", "00"),
        # And forward on 29 March: 01:00 UTC is 03:00, there is no hour 02.
        ("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29", "01"),
        ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29", "03"),
        ("Asia/Kathmandu", "2026-11-22T18:15:00Z", "2026-11-23", "00"),
        ("America/New_York", "1970-01-01T00:00:00Z", "1969-12-31", "19"),
        ("Pacific/Kiritimati", "9998-12-31T10:00:00Z", "9999-01-01", "00"),
        # Without an offset it is UTC, not the reporting zone.
        ("Asia/Tokyo", "2026-11-22T15:00:00", "2026-11-23", "00"),
    ],
)
def test_business_date_is_that_of_the_zone(zone: str, written: str, date: str, hour: str) -> None:
    found = run("user-lifecycle", login(written), timezone=zone)
    assert found.documents[date]["hours"] == {hour: {"login_successes": 1}}


def test_both_hours_at_the_end_of_summer_time_are_one_hour() -> None:
    found = run(
        "user-lifecycle",
        login("2026-10-25T00:30:00Z"),
        login("2026-10-25T01:30:00Z"),
        timezone="Europe/Berlin",
    )
    assert found.documents["2026-10-25"]["hours"] == {"02": {"login_successes": 2}}


CLOUD = {"specversion": "1.0", "id": "c-1", "type": LOGIN, "time": NOON, "subject": "u", "data": {}}


@pytest.mark.parametrize(
    "fields",
    [
        CLOUD,
        CLOUD | {"event_id": None, "event_type": None, "occurred_at": None},
        CLOUD | {"event_id": "a", "id": 5},
        {"event_id": "a", "type": LOGIN, "occurred_at": NOON},
        {"event_id": "a", "event_type": LOGIN, "type": "user.created", "time": NOON},
        {"event_id": "a", "event_type": LOGIN, "type": 5, "time": NOON},
        {"event_id": "a", "event_type": LOGIN, "occurred_at": NOON, "time": "never"},
        {"event_id": "é" * 256, "event_type": LOGIN, "occurred_at": NOON, "payload": []},
        {"event_id": " ", "event_type": LOGIN, "occurred_at": NOON, "aggregate_id": 5},
        {"event_id": "a", "event_type": LOGIN, "occurred_at": NOON, "x": ["\ud800", 10**4000]},
    ],
)
def test_envelopes_that_count(fields: dict[str, object]) -> None:
    assert figures(run("user-lifecycle", fields))["login_successes"] == 1


@pytest.mark.parametrize(
    "fields",
    [
        *({"event_id": bad, "id": "good"} for bad in BAD_IDS),
        {"event_id": None},
        {"event_type": 5, "type": LOGIN},
        {"event_type": None},
        {"occurred_at": "never", "time": NOON},
        {"extra": float("nan")},
        {"extra": -float("inf")},
    ],
)
def test_envelopes_that_are_dead_letters(fields: dict[str, object]) -> None:
    assert dead(run("user-lifecycle", login() | fields)) == [0]


SOUND = json.dumps(login()).encode()


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        SOUND[:-1],
        SOUND + SOUND,
        b"\xef\xbb\xbf" + SOUND,
        SOUND.replace(b"user", b"us\xffer"),
        SOUND[:-1] + b',"x":"\xed\xa0\x80"}',
        SOUND[:-1] + b',"x":01}',
        SOUND[:-1] + b',"x":"\x01"}',
        SOUND[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        SOUND.decode().encode("utf-16"),
        SOUND.decode().encode("utf-16-le"),
    ],
)
def test_values_that_are_no_json_object(value: bytes) -> None:
    assert dead(run("user-lifecycle", value)) == [0]


def test_numbers_of_any_length_are_json() -> None:
    value = SOUND[:-1] + b',"x":' + b"9" * 5_000 + b',"y":1e9999}'
    assert run("user-lifecycle", value).counted == 1


def test_the_last_of_two_equal_names_wins() -> None:
    value = b'{"event_id":5,' + SOUND[1:-1] + b',"occurred_at":"2026-11-20T00:00:00Z"}'
    assert list(run("user-lifecycle", value).documents) == ["2026-11-20"]


def test_unlisted_types_and_tombstones_are_skipped_whatever_else_they_hold() -> None:
    found = run(
        "user-lifecycle",
        None,
        event("user.renamed", at="never", event_id=None),
        event("order.created"),
        event(""),
        {"type": "user.Created"},
    )
    assert (found.skipped, found.dead_letters, found.documents) == (5, {}, {})


def test_each_id_counts_once_and_a_broken_copy_uses_up_nothing() -> None:
    found = run(
        "user-lifecycle",
        login("never", event_id="a"),
        event("user.renamed", event_id="a"),
        login(event_id="a"),
        event("user.created", event_id="a"),
        login("never", event_id="a"),
        {"id": "a", "type": LOGIN, "time": NOON},
    )
    assert figures(found) == {"login_successes": 1, "hours": {"12": {"login_successes": 1}}}
    assert (found.counted, found.duplicates, found.skipped, dead(found)) == (1, 2, 1, [0, 4])


def test_a_coordinate_seen_before_is_a_redelivery_and_nothing_else() -> None:
    topic = "sc.domain.user"
    broken = LogRecord(topic, 0, 2, b"{")
    log = [
        LogRecord(topic, 0, 1, SOUND),
        broken,
        LogRecord(topic, 0, 1, SOUND),
        broken,
        LogRecord(topic, 1, 1, SOUND),
    ]
    found = expected("user-lifecycle", log)
    assert (found.counted, found.duplicates, found.skipped) == (1, 1, 0)
    assert list(found.dead_letters) == [(topic, 0, 2)]


def test_every_funnel_event_has_its_counter_and_needs_no_payload() -> None:
    names = "created payment_initiated payment_succeeded payment_failed confirmed shipped delivered"
    found = run(
        "order-funnel",
        *(event(f"order.{name}") for name in names.split()),
        event("order.cancelled", "not an object"),
        event("order.created"),
        event("order.payment_initiated", []),
        event("order.payment_initiated"),
        event("order.payment_succeeded", {"amount_cents": "broken", "currency": 5}),
        event("order.attribution_recorded", {"order_id": "o", "community_id": "c"}),
        event("user.created"),
    )
    document = found.documents[DAY]
    hours = document.pop("hours")
    assert document == {
        "date": DAY,
        "orders_created": 2,
        "payments_initiated": 3,
        "payments_succeeded": 2,
        "payments_failed": 1,
        "orders_confirmed": 1,
        "orders_shipped": 1,
        "orders_delivered": 1,
        "orders_cancelled": 1,
        "payment_success_rate": 2 / 3,
        "confirmation_rate": 0.5,
        "completion_rate": 1.0,
    }
    assert isinstance(hours, dict)
    assert hours["12"]["payments_initiated"] == 3
    assert (found.skipped, found.dead_letters) == (2, {})


def test_rates_are_null_without_a_denominator_and_not_clamped() -> None:
    found = run("order-funnel", event("order.delivered"), event("order.delivered"))
    assert found.documents[DAY]["completion_rate"] is None
    found = run("order-funnel", *(event(f"order.{n}") for n in ("delivered",) * 3 + ("confirmed",)))
    assert found.documents[DAY]["completion_rate"] == 3.0
    assert found.documents[DAY]["confirmation_rate"] is None
