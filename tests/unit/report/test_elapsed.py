"""The same hours of different days, also where the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.report.elapsed import HOURS, even_hours, fold_hours, hour_lengths, hours_over

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "now", "over"),
    [
        (date(2026, 11, 22), datetime(2026, 11, 22, 14, 5, tzinfo=UTC), HOURS[:15]),
        (date(2026, 11, 22), datetime(2026, 11, 22, 23, 59, tzinfo=UTC), HOURS),
        (date(2026, 11, 22), datetime(2026, 11, 21, 23, 0, tzinfo=UTC), ()),
        (date(2026, 11, 21), datetime(2026, 11, 21, 23, 0, tzinfo=UTC), HOURS),
        (date(2026, 11, 23), datetime(2026, 11, 22, 14, 5, tzinfo=UTC), ()),
        (AUTUMN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), HOURS[:2]),
        (AUTUMN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), HOURS[:2]),
        (AUTUMN, datetime(2026, 10, 25, 2, 0, tzinfo=UTC), HOURS[:3]),
        (SPRING, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), HOURS[:3]),
    ],
)
def test_only_whole_hours_in_the_reporting_zone_are_over(
    day: date, now: datetime, over: tuple[str, ...]
) -> None:
    """The hour under way is not; nor is the one that comes twice before its second end."""
    assert hours_over(day, now, BERLIN) == over


@pytest.mark.parametrize(
    ("zone", "day", "uneven"),
    [
        ("Europe/Berlin", SPRING, {"02": 0.0}),
        ("Europe/Berlin", AUTUMN, {"02": 2.0}),
        ("Europe/Berlin", date(2026, 3, 28), {}),
        ("Australia/Lord_Howe", date(2026, 10, 4), {"02": 0.5}),
        ("America/Santiago", date(2026, 9, 6), {"00": 0.0}),
        ("UTC", SPRING, {}),
    ],
)
def test_how_long_the_hours_of_a_day_are(zone: str, day: date, uneven: dict[str, float]) -> None:
    """An hour each, but for those in which the clocks change."""
    lengths = hour_lengths(day, ZoneInfo(zone))
    assert {hour: length for hour, length in lengths.items() if length != 1} == uneven
    assert list(lengths) == list(HOURS)


def test_uneven_hours_of_any_day_are_compared_on_none() -> None:
    """A day of 23 hours beside one of 24 is compared in 23."""
    both = [SPRING, date(2026, 3, 28)]
    assert "02" not in even_hours(HOURS, both, BERLIN)
    assert len(even_hours(HOURS, both, BERLIN)) == 23


def test_figures_of_hours_are_sums_and_rates_of_these_sums() -> None:
    """Hours without an entry are zeros, and so is a date without a document."""
    document = OrderFunnelDaily.shape.empty("2026-03-28") | {
        "hours": {
            "01": {"orders_created": 4, "orders_confirmed": 1},
            "02": {"orders_created": 2, "orders_confirmed": 2},
            "23": {"orders_created": 100},
        }
    }
    found = fold_hours(OrderFunnelDaily.shape, document, ["00", "01", "02"])
    assert (found["orders_created"], found["orders_confirmed"]) == (6, 3)
    assert found["confirmation_rate"] == 0.5
    assert found["completion_rate"] == 0.0
    del document["orders_delivered"]
    older = fold_hours(OrderFunnelDaily.shape, document, ["01"])
    assert (older["orders_delivered"], older["completion_rate"]) == (None, None)
    assert (older["orders_created"], older["confirmation_rate"]) == (4, 0.25)
    nothing = fold_hours(OrderFunnelDaily.shape, None, ["00"])
    assert nothing["orders_created"] == 0
    assert nothing["confirmation_rate"] is None
