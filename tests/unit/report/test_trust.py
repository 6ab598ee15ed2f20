"""How far figures can be trusted: a consumer that is behind is not taken for a dead shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.report.judged import Judged
from sc_analytics_cli.report.trust import BEHIND, Trust, remarks

from .steady import DAY, FUNNEL, NOW, hours, judged


def words(of: Judged, *, flushed: int | None = 3, status: str = "partial") -> list[str]:
    """What is said when the last flush was so many seconds ago."""
    at = None if flushed is None else of.now - timedelta(seconds=flushed)
    return [each.words for each in remarks(of, Trust(status, at, 0))]  # type: ignore[arg-type]


def without_today() -> Judged:
    """DAY at five past two, of which nothing is counted."""
    of = judged(OrderFunnelDaily, FUNNEL, {})
    del of.documents[DAY.isoformat()]  # type: ignore[attr-defined]
    return of


def test_a_date_that_is_missing_while_something_is_flushed_may_be_late() -> None:
    """The command that tells stands in the same line."""
    assert words(without_today(), status="missing")[:3] == [
        "missing: nothing of this date was counted",
        "last flush 3 s ago",
        BEHIND,
    ]


@pytest.mark.parametrize("flushed", [None, 301])
def test_without_a_flush_nothing_is_supposed(flushed: int | None) -> None:
    """That the last flush is long ago is said already."""
    assert BEHIND not in words(without_today(), flushed=flushed, status="missing")


def test_in_the_first_minutes_of_a_date_it_is_no_wonder_that_nothing_is_counted() -> None:
    """The flush was of yesterday's last events."""
    of = replace(without_today(), now=NOW.replace(hour=0, minute=4))
    assert BEHIND not in words(of, status="missing")


@pytest.mark.parametrize(("until", "behind"), [(12, True), (13, True), (14, False), (15, False)])
def test_what_is_flushed_now_should_be_of_this_hour_or_the_last(until: int, behind: bool) -> None:
    """A consumer that catches up absorbs the morning in the afternoon."""
    of = judged(OrderFunnelDaily, FUNNEL, hours(DAY, FUNNEL, until))
    assert (BEHIND in words(of)) is behind


def test_a_date_that_is_over_has_no_flush_to_wait_for() -> None:
    """Whatever is flushed now."""
    of = replace(without_today(), now=NOW + timedelta(days=1))
    assert words(of, status="missing") == [
        "missing: nothing of this date was counted",
        "no dead letters",
    ]
