"""`occurred_at`: what is a date-time, and which business date and hour it falls on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sc_analytics_cli.decode import moment
from sc_analytics_cli.decode.fields import Rejected
from sc_analytics_cli.decode.moment import Calendar, Slot

ZONES = (
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Monrovia",
    "Pacific/Apia",
)


@pytest.mark.parametrize(
    ("text", "date", "hour"),
    [
        ("2026-10-01T10:20:30Z", "2026-10-01", "10"),
        ("2026-10-01T10:20:30z", "2026-10-01", "10"),
        ("2026-10-01t10:20:30Z", "2026-10-01", "10"),
        ("2026-10-01 10:20:30Z", "2026-10-01", "10"),
        ("2026-10-01T10:20Z", "2026-10-01", "10"),
        ("2026-10-01T10:20", "2026-10-01", "10"),
        ("2026-10-01T10:20:30", "2026-10-01", "10"),
        ("2026-10-01T10:20:30.5", "2026-10-01", "10"),
        ("2026-10-01T10:20:30.123456789Z", "2026-10-01", "10"),
        ("2026-10-01T23:59:59.999999999Z", "2026-10-01", "23"),
        ("2026-10-01T00:00:00Z", "2026-10-01", "00"),
        ("2026-10-01T10:20:30+00:00", "2026-10-01", "10"),
        ("2026-10-01T10:20:30-00:00", "2026-10-01", "10"),
        ("2026-10-01T10:20:30+02:00", "2026-10-01", "08"),
        ("2026-10-01T10:20:30+0200", "2026-10-01", "08"),
        ("2026-10-01T10:20:30+02", "2026-10-01", "08"),
        ("2026-10-01T10:20+02", "2026-10-01", "08"),
        ("2026-10-01T10:20-03:30", "2026-10-01", "13"),
        ("2026-10-01T01:00:00+05:45", "2026-09-30", "19"),
        ("2026-10-01T23:30:00.25-05:00", "2026-10-02", "04"),
        ("2026-12-31T00:00:00+23:59", "2026-12-30", "00"),
        ("2026-12-31T23:59:59-23:59", "2027-01-01", "23"),
        ("2024-02-29T12:00:00Z", "2024-02-29", "12"),
    ],
)
def test_date_times_that_are_understood(text: str, date: str, hour: str) -> None:
    """Without an offset it is UTC; seconds, fraction and colon of the offset may be left out."""
    assert Calendar("UTC").slot(text) == Slot(date, hour)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-10-01",
        "2026-10-01T10",
        "2026-10-01T10:2",
        "2026-10-01T1:20:30Z",
        "2026-1-01T10:20:30Z",
        "26-10-01T10:20:30Z",
        "+2026-10-01T10:20:30Z",
        "20261001T102030Z",
        "2026-W40-4T10:20:30Z",
        "2026-274T10:20:30Z",
        "2026-10-01X10:20:30Z",
        "2026-10-01  10:20:30Z",
        "2026-10-01T10:20:30 Z",
        "2026-10-01T10:20:30.Z",
        "2026-10-01T10:20:30,5Z",
        "2026-10-01T10:20:30.1234567890Z",
        "2026-10-01T10:20.5Z",
        "2026-10-01T10:20:30+2",
        "2026-10-01T10:20:30+2:00",
        "2026-10-01T10:20:30+02:0",
        "2026-10-01T10:20:30+02:00:00",
        "2026-10-01T10:20:30+24:00",
        "2026-10-01T10:20:30+01:60",
        "2026-10-01T10:20:30\u221202:00",
        "2026-10-01T10:20:30ZZ",
        "2026-10-01T10:20:30Z\n",
        " 2026-10-01T10:20:30Z",
        "\u0662\u0660\u0662\u0666-10-01T10:20:30Z",
        "2026-10-01T10:20:30 Europe/Berlin",
        "2026-10-01T10:20:30[Europe/Berlin]",
        "2026-00-01T10:20:30Z",
        "2026-13-01T10:20:30Z",
        "2026-10-00T10:20:30Z",
        "2026-10-32T10:20:30Z",
        "2026-02-29T10:20:30Z",
        "1900-02-29T10:20:30Z",
        "2026-10-01T24:00:00Z",
        "2026-10-01T25:00:00Z",
        "2026-10-01T10:60:00Z",
        "2026-10-01T10:20:60Z",
        "2026-12-31T23:59:60Z",
        "2026-10-01T10:20:30Z\ud800",
    ],
)
def test_texts_that_are_refused(text: str) -> None:
    """Every other form, and dates and times of day that there are not."""
    with pytest.raises(Rejected, match=r"^occurred_at"):
        Calendar("UTC").slot(text)


@pytest.mark.parametrize("value", [None, 0, 1_790_000_000, 1.5, True, [], {}, b"2026-10-01"])
def test_what_is_no_text_is_refused(value: object) -> None:
    """A time in another JSON type, or none."""
    with pytest.raises(Rejected, match=r"occurred_at is (missing|no date-time)"):
        Calendar("UTC").slot(value)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01"),
        ("1969-12-31T23:00:00-01:00", "1970-01-01"),
        ("9998-12-31T23:59:59.999999999Z", "9998-12-31"),
        ("9999-01-01T00:59:59+01:00", "9998-12-31"),
    ],
)
def test_the_first_and_the_last_instant(text: str, date: str) -> None:
    """The years 1970 to 9998 are those of the UTC instant, not those that are written."""
    assert Calendar("UTC").slot(text).date == date


@pytest.mark.parametrize(
    "text",
    [
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:59:59+01:00",
        "1970-01-01T00:00:29.999+00:01",
        "9999-01-01T00:00:00Z",
        "9998-12-31T23:00:00-01:00",
        "9999-12-31T23:59:59-23:59",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_instants_outside_the_years_are_refused(text: str) -> None:
    """Those that no calendar can hold included."""
    for zone in ZONES:
        with pytest.raises(Rejected, match=r"^occurred_at"):
            Calendar(zone).slot(text)


@pytest.mark.parametrize(
    ("zone", "text", "date", "hour"),
    [
        # Summer time begins at 02:00 and ends at 02:00.
        ("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08", "01"),
        ("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08", "03"),
        ("America/New_York", "2026-11-01T05:30:00Z", "2026-11-01", "01"),
        ("America/New_York", "2026-11-01T06:30:00Z", "2026-11-01", "01"),
        ("America/New_York", "2026-11-01T07:00:00Z", "2026-11-01", "02"),
        ("America/New_York", "2026-11-01T03:59:59Z", "2026-10-31", "23"),
        ("America/New_York", "2026-11-01T00:30:00-04:00", "2026-11-01", "00"),
        ("America/New_York", "1970-01-01T00:00:00Z", "1969-12-31", "19"),
        ("Pacific/Kiritimati", "9998-12-31T23:59:59Z", "9999-01-01", "13"),
        # Offsets of half and of three quarters of an hour.
        ("Asia/Kolkata", "2026-10-01T18:29:59Z", "2026-10-01", "23"),
        ("Asia/Kolkata", "2026-10-01T18:30:00Z", "2026-10-02", "00"),
        ("Asia/Kathmandu", "2026-10-01T18:14:59Z", "2026-10-01", "23"),
        ("Asia/Kathmandu", "2026-10-01T18:15:00Z", "2026-10-02", "00"),
        # Summer time of half an hour.
        ("Australia/Lord_Howe", "2026-04-04T14:59:59Z", "2026-04-05", "01"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05", "01"),
        ("Australia/Lord_Howe", "2026-04-04T15:29:59Z", "2026-04-05", "01"),
        ("Australia/Lord_Howe", "2026-04-04T15:30:00Z", "2026-04-05", "02"),
        # Clocks were changed at 00:01, in autumn back into yesterday.
        ("America/St_Johns", "2010-03-14T03:30:59Z", "2010-03-14", "00"),
        ("America/St_Johns", "2010-03-14T03:31:00Z", "2010-03-14", "01"),
        ("America/St_Johns", "2010-11-07T02:30:59Z", "2010-11-07", "00"),
        ("America/St_Johns", "2010-11-07T02:31:00Z", "2010-11-06", "23"),
        # A date that was left out.
        ("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29", "23"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31", "00"),
        # 44 minutes and 30 seconds behind UTC, until 7 January 1972.
        ("Africa/Monrovia", "1970-01-01T00:44:29Z", "1969-12-31", "23"),
        ("Africa/Monrovia", "1970-01-01T00:44:30Z", "1970-01-01", "00"),
        ("Africa/Monrovia", "1971-06-01T13:44:29.999Z", "1971-06-01", "12"),
        ("Africa/Monrovia", "1971-06-01T13:44:30Z", "1971-06-01", "13"),
        ("Africa/Monrovia", "1972-01-07T00:44:29Z", "1972-01-06", "23"),
        ("Africa/Monrovia", "1972-01-07T00:44:30Z", "1972-01-07", "00"),
        ("Africa/Monrovia", "1972-01-07T01:00:00Z", "1972-01-07", "01"),
    ],
)
def test_the_slot_is_that_of_the_reporting_zone(zone: str, text: str, date: str, hour: str) -> None:
    """What the clocks there showed, whatever was asked before."""
    assert Calendar(zone).slot(text) == Slot(date, hour)
    calendar = Calendar(zone)
    for minute in range(60):
        for second in ("", ":00", ":29", ":30", ":59"):
            calendar.slot(f"{text[:13]}:{minute:02}{second}Z")
    assert calendar.slot(text) == Slot(date, hour)


def test_what_is_remembered_of_an_hour_excuses_no_wrong_text() -> None:
    """A second 60 is refused in an hour that is known."""
    calendar = Calendar("UTC")
    calendar.slot("2026-10-01T10:20:30Z")
    for text in ("2026-10-01T10:20:60Z", "2026-10-01T10:60:00Z", "2026-10-01T10Z"):
        with pytest.raises(Rejected):
            calendar.slot(text)


def test_what_is_remembered_of_an_hour_reaches_no_further_than_the_years() -> None:
    """An hour of Kolkata begins half an hour before 1970 does."""
    calendar = Calendar("Asia/Kolkata")
    assert calendar.slot("1970-01-01T05:45:00+05:30") == Slot("1970-01-01", "05")
    with pytest.raises(Rejected, match=r"year outside 1970 to 9998"):
        calendar.slot("1970-01-01T05:15:00+05:30")
    assert calendar.slot("9999-01-01T05:15:00+05:30") == Slot("9999-01-01", "05")
    with pytest.raises(Rejected, match=r"year outside 1970 to 9998"):
        calendar.slot("9999-01-01T05:45:00+05:30")


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hours are asked for, and the answers stay right."""
    monkeypatch.setattr(moment, "_CACHED", 10)
    calendar = Calendar("Asia/Kolkata")
    for day in range(1, 29):
        for minute in ("29", "30"):
            slot = calendar.slot(f"2026-02-{day:02}T18:{minute}:00Z")
            assert slot.hour == ("23" if minute == "29" else "00")
            assert len(calendar._known) <= 10


_CHANGES = tuple(
    datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
    for parts in [
        (2026, 3, 8, 7), (2026, 11, 1, 6), (2010, 3, 14, 3, 31), (2010, 11, 7, 2, 31),
        (2026, 4, 4, 15), (2026, 10, 3, 15, 30), (2011, 12, 30, 10), (1972, 1, 7, 0, 44, 30),
        (1970, 1, 1, 0, 44, 30), (1970, 1, 1), (9998, 12, 31, 23, 59, 59), (1986, 1, 1, 0, 15),
    ]
)  # fmt: skip


@given(
    zone=st.sampled_from(ZONES),
    asked=st.lists(
        st.tuples(
            st.sampled_from(_CHANGES),
            st.integers(-7200, 7200),
            st.sampled_from((0, 60, -210, 345, 1439, -1439)),
        ),
        min_size=1,
    ),
)
@example(zone="America/St_Johns", asked=[(_CHANGES[3], -7200, 0), (_CHANGES[3], 0, 0)])
def test_one_calendar_answers_like_the_tz_database(
    zone: str, asked: list[tuple[datetime, int, int]]
) -> None:
    """Second by second around every kind of change of clocks, in any order."""
    calendar = Calendar(zone)
    for change, seconds, offset in asked:
        instant = change + timedelta(seconds=seconds)
        written = instant.astimezone(timezone(timedelta(minutes=offset)))
        if 1970 <= instant.year <= 9998:
            local = instant.astimezone(ZoneInfo(zone))
            slot = calendar.slot(written.isoformat())
            assert slot == Slot(local.date().isoformat(), f"{local.hour:02}")
        else:
            with pytest.raises(Rejected):
                calendar.slot(written.isoformat())
