"""Whole screens of a date's hours: hours go down, what is marked comes first.

After a change that is meant, write the files anew from what is shown, and look at them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.console import Console

from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.page import Known, Page

from .steady import DAY, FUNNEL, NOW, USERS, Per, document, fortnight, hours

SCREENS = Path(__file__).parent / "screens"
Hours = dict[str, dict[str, int]]


def page(projection: Projection, per: Per, today: Hours) -> Page:
    """A report of DAY at five past two."""
    documents = fortnight(projection, per)
    if today:
        documents[DAY.isoformat()] = document(projection, DAY, today)
    known = Known(projection, documents, NOW - timedelta(seconds=3), 1)
    return Page(known, [DAY.isoformat()], NOW, ZoneInfo("UTC"))


def failing_payments() -> Page:
    """From eleven on two of five payments that would succeed do not."""
    today = hours(DAY, FUNNEL, until=15)
    for hour in ("11", "12", "13", "14"):
        lost = today[hour]["payments_succeeded"] * 2 // 5
        today[hour]["payments_succeeded"] -= lost
        today[hour]["payments_failed"] += lost
    return page(OrderFunnelDaily, FUNNEL, today)


def drawn(of: Page, width: int, *, colour: bool = False) -> str:
    """What a terminal of this width shows."""
    out = StringIO()
    kind = "standard" if colour else None
    Console(file=out, width=width, color_system=kind, force_terminal=colour, highlight=False).print(
        of.hours_screen()
    )
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_failing_payments_hour_by_hour(width: int) -> None:
    """Trust and marks stand above; a sign at each hour, and what is usual beside it."""
    shown = drawn(failing_payments(), width)
    assert shown == (SCREENS / f"hours-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", range(60, 180, 8))
def test_every_width_holds_every_figure(width: int) -> None:
    """Nothing is wider than the terminal; what does not fit goes on below."""
    lines = drawn(failing_payments(), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert {line.split()[0] for line in lines if line[2:5] == ":00"} == {
        f"{hour:02}:00" for hour in range(15)
    }
    assert "Completion" in "".join(lines)


def test_hours_that_are_out_of_the_ordinary_are_red() -> None:
    """Colour comes on top of the sign."""
    shown = drawn(failing_payments(), 80, colour=True)
    (noon,) = [line for line in shown.splitlines() if line.startswith("12:00") and "▼" in line]
    assert "\x1b[1;31m▼ 56.7 %\x1b[0m" in noon
    (morning,) = [line for line in shown.splitlines() if line.startswith("10:00") and "%" in line][
        :1
    ]
    assert "\x1b[1;31m" not in morning


def test_a_day_like_others_has_no_column_of_what_is_usual() -> None:
    """Nothing is marked, so the fields stand as they are declared."""
    shown = drawn(page(UserLifecycleDaily, USERS, hours(DAY, USERS, until=15)), 140)
    assert "usually" not in shown
    assert "▼" not in shown
    assert "Total" in shown


def test_where_nothing_comes_any_more_the_hours_tell_since_when() -> None:
    """All events together are a column then."""
    shown = drawn(page(OrderFunnelDaily, FUNNEL, hours(DAY, FUNNEL, until=11)), 80)
    lines = shown.splitlines()
    assert any(line.startswith("▼ Events counted 0 from 11:00 to 14:00") for line in lines)
    (ten, eleven) = [line for line in lines if line.startswith(("10:00", "11:00"))][:2]
    assert "▼" not in ten
    assert "▼ 0" in eleven


def test_a_date_without_a_document_has_its_marks_all_the_same() -> None:
    """Figures are never made up."""
    shown = drawn(page(OrderFunnelDaily, FUNNEL, {}), 80)
    assert shown.splitlines()[1].startswith("missing: nothing of this date was counted")
    assert "▼ Events counted 0 by 14:00" in shown
    assert "Hour" not in shown


def test_a_blank_line_stands_between_two_dates() -> None:
    """Each has its own trust line and marks."""
    of = failing_payments()
    both = drawn(replace(of, dates=["2026-11-21", "2026-11-22"]), 140)
    first, second = both.split("\n\nFunnel: ")
    assert "complete · 1 dead letter" in first
    assert second == drawn(of, 140).removeprefix("Funnel: ")


def test_a_document_of_an_older_version_on_which_nothing_was_counted() -> None:
    """A field that it does not have is a dash; that nothing at all was counted is marked."""
    of = page(OrderFunnelDaily, FUNNEL, {"00": {"orders_created": 0}})
    stored = of.known.documents[DAY.isoformat()]
    del stored["orders_delivered"]
    for day, each in of.known.documents.items():
        if day != DAY.isoformat():
            del each["orders_delivered"]
    shown = drawn(of, 140)
    assert "Events counted" in shown
    assert "–" in shown
