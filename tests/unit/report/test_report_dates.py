"""What `--date` understands, and what it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.report.dates import MAX_DATES, parse_dates

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        ([], []),
        (["2026-11-09"], ["2026-11-09"]),
        (["2024-02-29"], ["2024-02-29"]),
        (["today"], ["2026-11-22"]),
        (["yesterday"], ["2026-11-21"]),
        (["-7d"], ["2026-11-15"]),
        (["-1d"], ["2026-11-21"]),
        (["-0d"], ["2026-11-22"]),
        (["2026-11-09..2026-11-11"], ["2026-11-09", "2026-11-10", "2026-11-11"]),
        (["2026-11-09..2026-11-09"], ["2026-11-09"]),
        (["2026-11-20..today"], ["2026-11-20", "2026-11-21", "2026-11-22"]),
        (["-3d..yesterday"], ["2026-11-19", "2026-11-20", "2026-11-21"]),
        (["-3d..-2d"], ["2026-11-19", "2026-11-20"]),
        (["yesterday..2026-11-23"], ["2026-11-21", "2026-11-22", "2026-11-23"]),
        (["2026-02-27..2026-03-01"], ["2026-02-27", "2026-02-28", "2026-03-01"]),
        (["1970-01-01", "9998-12-31"], ["1970-01-01", "9998-12-31"]),
    ],
)
def test_what_is_understood(texts: list[str], dates: list[str]) -> None:
    """Dates, words, ages and ranges of them, both ends included."""
    assert parse_dates(texts, TODAY) == dates


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["2026-11-11", "2026-11-09"], ["2026-11-11", "2026-11-09"]),
        (["today", "yesterday", "2026-11-22"], ["2026-11-22", "2026-11-21"]),
        (
            ["2026-11-10..2026-11-11", "2026-11-09..2026-11-10"],
            ["2026-11-10", "2026-11-11", "2026-11-09"],
        ),
    ],
)
def test_dates_come_in_the_order_asked_and_each_once(texts: list[str], dates: list[str]) -> None:
    """What is asked twice appears where it was asked first."""
    assert parse_dates(texts, TODAY) == dates


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "tomorrow",
        "Today",
        " today",
        "today ",
        "today\n",
        "2026-11-9",
        "2026-1109",
        "20261122",
        "2026/11/22",
        "26-11-22",
        "02026-11-22",
        "+2026-11-22",
        "2026-11-22T00:00",
        "\N{FULLWIDTH DIGIT TWO}026-11-22",
        "2026-11-2\N{ARABIC-INDIC DIGIT TWO}",
        "7d",
        "-7",
        "-d",
        "-7D",
        "-7h",
        "--7d",
        "-\N{ARABIC-INDIC DIGIT SEVEN}d",
        "-123456789d",
        "..",
        "today..",
        "..today",
        "today...today",
        "yesterday..today..today",
        "yesterday.. today",
        "yesterday,today",
    ],
)
def test_what_is_not_understood_is_refused_by_name(text: str) -> None:
    """The error quotes what was typed and shows forms that work."""
    with pytest.raises(UsageError) as caught:
        parse_dates(["today", text], TODAY)
    assert caught.value.what == f"{text!r} is not understood as a date or a range of dates"
    assert caught.value.advice is not None
    assert "--date -7d..yesterday" in caught.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-11-31",
        "0000-01-01",
        "2026-11-01..2026-11-31",
        "-9999999d",
    ],
)
def test_dates_that_the_calendar_does_not_have_are_refused(text: str) -> None:
    """Impossible dates are told apart from bad spelling."""
    with pytest.raises(UsageError, match="there is no such date in the calendar"):
        parse_dates([text], TODAY)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-11-31", "--date 2026-11-30"),
        ("2026-02-29", "--date 2026-02-28"),
        ("2026-11-01..2026-11-31", "--date 2026-11-01..2026-11-30"),
    ],
)
def test_the_last_day_of_the_month_is_suggested(text: str, advice: str) -> None:
    """For a day that only longer months have."""
    with pytest.raises(UsageError) as refused:
        parse_dates([text], TODAY)
    assert refused.value.advice == advice


@pytest.mark.parametrize(
    "text", ["1969-12-31", "9999-01-01", "0001-01-01", "-30000d", "1969-12-31..1970-01-01"]
)
def test_years_without_events_are_refused(text: str) -> None:
    """Only the years 1970 to 9998 can hold an event."""
    with pytest.raises(UsageError, match="lies outside the years 1970 to 9998"):
        parse_dates([text], TODAY)


def test_a_range_that_ends_before_it_starts_is_refused_with_the_range_turned_round() -> None:
    """The advice can be typed as it stands."""
    with pytest.raises(UsageError) as caught:
        parse_dates(["today..-7d"], TODAY)
    assert caught.value.what == "the range 'today..-7d' ends before it starts"
    assert caught.value.cause == "it would go from 2026-11-22 back to 2026-11-15"
    assert caught.value.advice == "--date -7d..today"


def test_the_most_dates_are_allowed_and_one_more_is_not() -> None:
    """The limit holds over everything that is asked together."""
    most = f"-{MAX_DATES - 1}d..today"
    assert len(parse_dates([most, most, "today"], TODAY)) == MAX_DATES
    with pytest.raises(UsageError, match="3,701 dates are too many: at most 3,700 at a time"):
        parse_dates([f"-{MAX_DATES}d..today"], TODAY)
    with pytest.raises(UsageError, match="3,701 dates are too many"):
        parse_dates([most, "2026-11-23"], TODAY)


def test_a_range_of_thousands_of_years_is_refused_at_once() -> None:
    """Nothing is laid out before the length is checked."""
    with pytest.raises(UsageError, match="2,932,532 dates are too many"):
        parse_dates(["1970-01-01..9998-12-31"] * 1000, TODAY)


@pytest.mark.parametrize("text", ["\x1b[31m", "\u202e2026", "\udc80"])
def test_what_was_typed_is_quoted_harmlessly(text: str) -> None:
    """An error is printed as it is, so it may not hold what a terminal would obey."""
    with pytest.raises(UsageError) as caught:
        parse_dates([text], TODAY)
    assert str(caught.value).isprintable()


@given(st.text(alphabet="0123456789-.dtoaysy ", max_size=24) | st.text(max_size=8))
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Nothing else than UsageError comes out, and what is understood are dates."""
    try:
        dates = parse_dates([text], TODAY)
    except UsageError:
        return
    assert dates == [date.fromisoformat(each).isoformat() for each in dates]
