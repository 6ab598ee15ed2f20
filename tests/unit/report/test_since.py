"""Since when: the first hour from which on a field has been out of the ordinary, if known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.report.judged import Judged
from sc_analytics_cli.report.judging import Judge
from sc_analytics_cli.report.marks import Mark, marks
from sc_analytics_cli.report.since import by_hour, out

from .steady import DAY, FUNNEL, NOW, hours, judged


def failing(*broken: int, until: int = 15) -> Judged:
    """DAY, on which in these hours two of five payments that would succeed do not."""
    today = hours(DAY, FUNNEL, until)
    for hour in broken:
        counts = today[f"{hour:02}"]
        lost = counts["payments_succeeded"] * 2 // 5
        counts["payments_succeeded"] -= lost
        counts["payments_failed"] += lost
    return judged(OrderFunnelDaily, FUNNEL, today)


def rate(of: Judged) -> Mark:
    """The mark on the rate of payments that succeed."""
    (found,) = [mark for mark in marks(of) if mark.name == "payment_success_rate"]
    return found


def test_it_is_the_first_hour_that_was_not_followed_by_an_ordinary_one() -> None:
    """Of all of today, and the mark's value is the one of the table."""
    found = rate(failing(11, 12, 13, 14))
    assert (found.when, found.since) == ("today", "11:00")
    assert found.words.endswith("usually 93.1–94.0 %; since 11:00")
    assert rate(failing(8, 11, 12, 13, 14)).since == "11:00"


def test_nothing_is_said_where_it_is_over() -> None:
    """The day is still out of the ordinary, but the last hour is not."""
    found = rate(failing(7, 8, 9, 10, 11, 12))
    assert (found.when, found.since) == ("today", "")


def test_hours_with_too_few_events_leave_it_open() -> None:
    """At night too little happens to tell whether it was broken before."""
    assert rate(failing(*range(15))).since.endswith(":00 or before")


def test_a_date_that_is_over_has_its_hours_alone() -> None:
    """What happened on it does not last until now."""
    of = replace(failing(*range(24), until=24), now=NOW.replace(day=23))
    assert (rate(of).when, rate(of).since) == ("", "")


@pytest.mark.parametrize("field", ["payments_failed", "payment_success_rate"])
def test_each_hour_is_held_against_the_same_hour_of_other_days(field: str) -> None:
    """Whole hours; of rates the one under way as well, which began five minutes ago."""
    found = by_hour(Judge(failing(11, 12, 13, 14)))[field]
    off = [hour for hour, verdict in found.items() if out(verdict)]
    assert off == ["11", "12", "13", *(["14"] if field == "payment_success_rate" else [])]
