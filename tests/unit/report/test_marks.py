"""Is it broken? A broken day is marked, an ordinary one is not; nor where it cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.judged import Judged
from sc_analytics_cli.report.marks import Mark, marks

from .ordinary_days import PROJECTIONS, Damage, Days, Shop, undamaged, until
from .steady import DAY, FUNNEL, NOW, document, fortnight, hours, judged

TODAY = date(2026, 9, 21)
"""The last of 21 days from the generator's START on: a Monday."""


def found(
    days: Days, projection: Projection, day: date, hour: int, of_hour: float = 0.33
) -> list[Mark]:
    """What is marked of a day when so much of an hour of it has passed."""
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour + of_hour)
    documents = {d: each for d, each in days[projection].items() if d <= day.isoformat()}
    if hour < 24:
        stored = documents[day.isoformat()]
        documents[day.isoformat()] = until(stored, projection, hour, of_hour)
    return marks(Judged(projection, day, documents, now, UTC))


def today(what: str, factor: float, start: int) -> Damage:
    """From an hour of TODAY on there is only so much of something."""

    def damage(day: date, hour: int, of: str) -> float:
        return factor if (day, of) == (TODAY, what) and hour >= start else 1.0

    return damage


def names(all_marks: list[Mark]) -> set[str]:
    """The fields that are marked."""
    return {mark.name for mark in all_marks}


@pytest.mark.parametrize("orders", [150, 1_000, 15_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_thirty_ordinary_days_raise_no_alarm(orders: float, seed: int) -> None:
    """Looked at six times on each of 30 days, the last time when it is over.

    docs/report.md tells of a longer measurement of the same kind.
    """
    days = Shop(seed, orders).days(44)
    start = min(date.fromisoformat(day) for day in days[OrderFunnelDaily])
    alarms = [
        (mark.date, hour, mark.words)
        for number in range(14, 44)
        for projection in PROJECTIONS
        for hour in (3, 7, 12, 17, 21, 24)
        for mark in found(days, projection, start + timedelta(days=number), hour)
    ]
    assert alarms == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("orders", [800, 8_000])
def test_failing_payments_are_marked_within_the_hour(orders: float, seed: int) -> None:
    """From 94 % to 60 % at noon: at half past one the rate is marked."""
    days = Shop(seed, orders, today("payments", 0.64, 12)).days(21)
    marked = found(days, OrderFunnelDaily, TODAY, 13, 0.5)
    assert "payment_success_rate" in names(marked)
    (rate,) = [mark for mark in marked if mark.name == "payment_success_rate"]
    assert rate.beyond < 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("orders", [800, 8_000])
def test_since_when_payments_fail_is_told_hours_later(orders: float, seed: int) -> None:
    """From noon on: the rate and the failures both say so, whatever chance does to single hours."""
    days = Shop(seed, orders, today("payments", 0.64, 12)).days(21)
    marked = {mark.name: mark for mark in found(days, OrderFunnelDaily, TODAY, 16, 0.5)}
    assert marked["payment_success_rate"].since == "12:00"
    assert marked["payments_failed"].since == "12:00"


@pytest.mark.parametrize("seed", range(4))
def test_the_hour_under_way_is_enough(seed: int) -> None:
    """With thousands of orders an hour the alarm goes off minutes after payments begin to fail."""
    days = Shop(seed, 40_000, today("payments", 0.64, 15)).days(21)
    marked = found(days, OrderFunnelDaily, TODAY, 15, 0.05)
    (rate,) = [mark for mark in marked if mark.name == "payment_success_rate"]
    assert rate.when == "since 15:00"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("orders", [150, 8_000])
def test_no_payments_for_three_hours_at_noon_are_marked(orders: float, seed: int) -> None:
    """In the funnel and in revenue, once the hours are over."""
    days = Shop(seed, orders, today("payments", 0.0, 11)).days(21)
    assert "payments_succeeded" in names(found(days, OrderFunnelDaily, TODAY, 14))
    assert found(days, RevenueDaily, TODAY, 14)


@pytest.mark.parametrize("seed", range(4))
def test_payments_that_fail_are_marked_where_one_in_a_hundred_ends_in_the_next_hour(
    seed: int,
) -> None:
    """A payment takes a minute; in a small shop that shows in hours with more ends than starts."""
    days = Shop(seed, 150, today("payments", 0.6, 8), late=0.012).days(21)
    assert "payment_success_rate" in names(found(days, OrderFunnelDaily, TODAY, 16))


@pytest.mark.parametrize("seed", range(4))
def test_no_registrations_are_marked(seed: int) -> None:
    """Also on the next day, when the date is over."""
    days = Shop(seed, 1_000, today("registrations", 0.0, 9)).days(21)
    assert "registrations" in names(found(days, UserLifecycleDaily, TODAY, 14))
    assert "registrations" in names(found(days, UserLifecycleDaily, TODAY, 24))


def test_three_of_four_payments_that_fail_at_night_are_no_alarm() -> None:
    """So few tell nothing."""
    night = hours(DAY, FUNNEL, until=3)
    night["03"] = {"payments_initiated": 4, "payments_succeeded": 1, "payments_failed": 3}
    of = judged(OrderFunnelDaily, FUNNEL, night)
    assert marks(Judged(of.projection, DAY, of.documents, NOW.replace(hour=4), UTC)) == []


@pytest.mark.parametrize(("days", "judged_at_all"), [(0, False), (6, False), (7, True)])
def test_without_history_enough_nothing_is_marked(days: int, judged_at_all: bool) -> None:
    """Seven days with a document are needed."""
    of = judged(OrderFunnelDaily, FUNNEL, {}, days)
    assert of.enough is judged_at_all
    assert bool(marks(of)) is judged_at_all


def test_one_same_weekday_that_was_broken_does_not_hide_another() -> None:
    """Last Sunday had no orders; this one without is marked all the same."""
    shipped = {f"{hour:02}": {"orders_shipped": 30} for hour in range(14)}
    documents = fortnight(OrderFunnelDaily, FUNNEL)
    for day in (DAY - timedelta(days=7), DAY):
        documents[day.isoformat()] = document(OrderFunnelDaily, day, shipped)
    marked = names(marks(Judged(OrderFunnelDaily, DAY, documents, NOW, UTC)))
    assert {"orders_created", "payments_initiated"} <= marked


def test_where_nothing_was_counted_that_alone_is_said() -> None:
    """Not once more for each field."""
    of = judged(OrderFunnelDaily, FUNNEL, {})
    assert [mark.words for mark in marks(of)] == ["Events counted 0 by 14:00, usually 1,634–2,469"]


def failing_all_day() -> list[Mark]:
    """What is marked where from midnight on one of four payments succeeds."""
    today = hours(DAY, FUNNEL, until=15)
    for counts in today.values():
        paid = counts["payments_succeeded"] // 4
        counts["payments_failed"] = counts["payments_initiated"] - paid
        counts["payments_succeeded"] = paid
        counts["orders_confirmed"] //= 4
    return marks(judged(OrderFunnelDaily, FUNNEL, today))


def test_one_fault_is_told_over_one_stretch_of_time() -> None:
    """All of the date so far, where that is out of the ordinary: what the table shows."""
    assert {mark.when for mark in failing_all_day()} == {"today", "by 14:00"}


def test_the_likeliest_cause_stands_first() -> None:
    """Rates, then counts from the beginning of the funnel on."""
    assert [mark.name for mark in failing_all_day()] == [
        "payment_success_rate",
        "confirmation_rate",
        "completion_rate",
        "payments_succeeded",
        "payments_failed",
        "orders_confirmed",
    ]


@pytest.mark.parametrize("lacking", ["days before", "the date"])
@pytest.mark.parametrize("field", ["payments_succeeded", "orders_delivered", "orders_created"])
def test_what_an_older_version_did_not_count_raises_no_alarm(field: str, lacking: str) -> None:
    """Neither its figures, as if they were 0, nor the rates that follow from them."""
    of = judged(OrderFunnelDaily, FUNNEL, hours(DAY, FUNNEL, until=14))
    for day, each in of.documents.items():
        if (day == DAY.isoformat()) == (lacking == "the date"):
            del each[field]
            for counts in each["hours"].values():
                counts.pop(field, None)
    assert marks(of) == []


def test_a_date_to_come_is_not_judged() -> None:
    """That nothing has happened on it yet is as it should be."""
    of = judged(OrderFunnelDaily, FUNNEL, {})
    tomorrow = DAY + timedelta(days=1)
    assert marks(Judged(OrderFunnelDaily, tomorrow, of.documents, NOW, UTC)) == []


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_of_23_or_25_hours_is_no_alarm(day: date) -> None:
    """An hour that is left out, or comes twice, is compared with none."""
    zone = ZoneInfo("Europe/Berlin")
    documents = {}
    for ago in range(15):
        before = day - timedelta(days=ago)
        counts = {f"{hour:02}": {"orders_created": 400} for hour in range(24)}
        if ago == 0:
            counts["02"] = {"orders_created": 0 if day.month == 3 else 800}
        documents[before.isoformat()] = document(OrderFunnelDaily, before, counts)
    for hour in (3, 4, 5, 24):
        now = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(hours=hour)
        of_day = {
            each: counts
            for each, counts in documents[day.isoformat()]["hours"].items()
            if int(each) < hour
        }
        stored: Mapping[str, object] = document(OrderFunnelDaily, day, of_day)
        assert (
            marks(
                Judged(
                    OrderFunnelDaily, day, {**documents, day.isoformat(): dict(stored)}, now, zone
                )
            )
            == []
        )


def test_undamaged_is_what_the_shop_does_by_itself() -> None:
    """The generator is the same with and without it."""
    assert Shop(1, 100).days(1) == Shop(1, 100, undamaged).days(1)
