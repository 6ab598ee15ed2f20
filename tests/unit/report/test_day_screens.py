"""Whole screens of one date, at four widths, with and without colour and Unicode.

After a change that is meant, write the files anew from what is shown, and look at them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import ClassVar

import pytest
from rich.cells import cell_len
from rich.console import Console

from sc_analytics_cli.fold.field import Count, Ratio
from sc_analytics_cli.projections.declaration import DailyProjection, Projection, Share
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.day import DayView, view_day
from sc_analytics_cli.report.day_screen import DayScreen
from sc_analytics_cli.report.drawing import ascii_only
from sc_analytics_cli.report.judged import Judged
from sc_analytics_cli.report.ranking import USUAL, Choice
from sc_analytics_cli.report.trust import Trust
from tests.unit.report.steady import (
    DAY,
    FUNNEL,
    NOW,
    REVENUE,
    USERS,
    Per,
    fortnight,
    hours,
    judged,
)

SCREENS = Path(__file__).parent / "screens"
WIDTHS = (60, 80, 100, 140)
SHAPES: dict[Projection, Per] = {
    OrderFunnelDaily: FUNNEL,
    RevenueDaily: REVENUE,
    UserLifecycleDaily: USERS,
}


def broken() -> Judged:
    """A Sunday on which from 11:00 on most payments fail."""
    today = hours(DAY, FUNNEL, until=15)
    for hour in ("11", "12", "13", "14"):
        counts = today[hour]
        paid = counts["payments_succeeded"] * 3 // 5
        counts["payments_failed"] += counts["payments_succeeded"] - paid
        counts["payments_succeeded"] = paid
    return judged(OrderFunnelDaily, FUNNEL, today)


def ordinary(projection: Projection) -> Judged:
    """A Sunday like every other, at five past two."""
    found = judged(projection, SHAPES[projection], hours(DAY, SHAPES[projection], until=14))
    if projection is RevenueDaily:
        found.documents[DAY.isoformat()]["revenue_by_community"] = {"yoga": 900_000, "a.b": 1}
    return found


def view(of: Judged, *, choice: Choice = USUAL, letters: int = 2) -> DayView:
    """What is known of it, three seconds after the last flush."""
    return view_day(of, Trust("partial", NOW - timedelta(seconds=3), letters), choice)


def drawn(of: DayView, width: int, *, colour: bool = False) -> str:
    """What a terminal of this width shows."""
    out = StringIO()
    kind = "standard" if colour else None
    Console(file=out, width=width, color_system=kind, force_terminal=colour, highlight=False).print(
        DayScreen(of)
    )
    return out.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_broken_day(width: int) -> None:
    """What is out of the ordinary stands first, with a sign and in words."""
    shown = drawn(view(broken()), width)
    assert shown == (SCREENS / f"broken-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("projection", SHAPES)
def test_an_ordinary_day(projection: Projection, width: int) -> None:
    """Figures beside those of the same hours last week and yesterday, from 100 columns 14 days."""
    shown = drawn(view(ordinary(projection)), width)
    name = f"{projection.report}-{width}.txt"
    assert shown == (SCREENS / name).read_text(encoding="utf-8")


def test_a_broken_day_in_colour() -> None:
    """Colour comes on top: without it the screen is the same."""
    shown = drawn(view(broken()), 100, colour=True)
    assert shown == (SCREENS / "broken-100-colour.txt").read_text(encoding="utf-8")
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == drawn(view(broken()), 100)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_broken_day_without_unicode(width: int) -> None:
    """Bars, rules and signs have a likeness in ASCII, of the same width."""
    shown = ascii_only(drawn(view(broken()), width))
    assert shown.isascii()
    assert shown == (SCREENS / f"broken-{width}-ascii.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", range(56, 180, 4))
@pytest.mark.parametrize("projection", SHAPES)
def test_every_width_holds_every_figure_of_the_date(projection: Projection, width: int) -> None:
    """Nothing is cut off, nothing is wider than the terminal, and no line ends in blanks."""
    shown = view(ordinary(projection))
    lines = drawn(shown, width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []
    for line in (line for group in shown.groups for line in group):
        assert any(line.label in each and line.value in each for each in lines)


@pytest.mark.parametrize("width", range(60, 180, 8))
def test_what_a_mark_quotes_stands_in_the_table_too(width: int) -> None:
    """106 of 136 failed by two; and the rate is the one of today so far."""
    lines = drawn(view(broken()), width).splitlines()
    (failed,) = [line for line in lines if line.startswith("▲ Payments failed   ")]
    assert failed.split()[3:5] == ["136", "106"]
    assert lines[[line[:15] for line in lines].index("▲ Payments fail")].split()[3] == "106"
    assert sum("74.1 %" in line for line in lines) >= 2


def test_with_few_marks_the_rest_is_counted_and_no_line_is_blank() -> None:
    """So that all figures fit a low window."""
    out = StringIO()
    Console(file=out, width=80, color_system=None).print(DayScreen(view(broken()), 1))
    lines = out.getvalue().splitlines()
    assert lines[2].startswith("▼ Payment success rate 74.1 % today")
    assert lines[3] == "  and 1 more"
    assert "" not in lines
    assert len(lines) == 4 + 4 + 11


def test_a_date_that_is_missing_shows_no_figures_but_that_there_are_none() -> None:
    """Nothing counted by two in the afternoon is out of the ordinary."""
    of = ordinary(OrderFunnelDaily)
    del of.documents[DAY.isoformat()]
    shown = drawn(view_day(of, Trust("missing", None, 0), USUAL), 80)
    assert shown == (
        "Funnel: Sun 2026-11-22, UTC\n"
        "missing: nothing of this date was counted · never flushed · no dead letters\n"
        "▼ Events counted 0 by 14:00, usually 1,634–2,469\n"
    )


def test_a_date_that_is_over_is_compared_as_a_whole() -> None:
    """There is no `by`, and of flushes nothing is said: they have nothing to do with it."""
    yesterday = DAY - timedelta(days=1)
    documents = fortnight(OrderFunnelDaily, FUNNEL, days=16)
    of = Judged(OrderFunnelDaily, yesterday, documents, NOW, NOW.tzinfo)
    shown = view_day(of, Trust("complete", NOW, 1), USUAL)
    assert shown.so_far == ""
    assert [remark.words for remark in shown.trust] == [
        "complete",
        "1 dead letter",
        "folded by version 1",
    ]
    assert {past.change for line in shown.groups[0] for past in line.past[:1]} == {"="}


def test_before_one_o_clock_nothing_is_compared() -> None:
    """No hour is over, so there is none to compare."""
    of = replace(ordinary(OrderFunnelDaily), now=NOW.replace(hour=0))
    shown = view(of)
    assert shown.compared == ()
    assert {past.change for group in shown.groups for line in group for past in line.past} == {""}
    assert "15 Nov" not in drawn(shown, 140)


def test_a_document_of_another_version_says_so() -> None:
    """Its figures follow rules that have changed since."""
    of = ordinary(OrderFunnelDaily)
    of.documents[DAY.isoformat()]["version"] = 0
    assert view(of).trust[-1].words == "folded by version 0, now at 1"
    assert view(of).trust[-1].doubtful


@pytest.mark.parametrize(
    ("seconds", "words", "doubtful"),
    [
        (0, "last flush 0 s ago", False),
        (119, "last flush 119 s ago", False),
        (120, "last flush 2 min ago", False),
        (301, "last flush 5 min ago", True),
        (7200, "last flush 2 h ago", True),
        (400_000, "last flush 4 d ago", True),
        (-5, "last flush 0 s ago", False),
    ],
)
def test_how_long_ago_the_last_flush_was(seconds: int, words: str, doubtful: bool) -> None:
    """After five minutes it stands out."""
    trust = Trust("partial", NOW - timedelta(seconds=seconds), 0)
    remark = view_day(ordinary(OrderFunnelDaily), trust, USUAL).trust[1]
    assert remark == (words, doubtful)


def test_rankings_are_chosen_by_number_and_by_name() -> None:
    """The rest is summed up in one line."""
    of = ordinary(RevenueDaily)
    of.documents[DAY.isoformat()]["revenue_by_promotion"] = {"x": 1, "y": 2, "z": 3}
    (ranking,) = view(of, choice=Choice(1, "promotion")).rankings
    assert [entry[:2] for entry in ranking.entries] == [("z", "0.03"), ("and 2 more", "0.03")]


class SearchDaily(DailyProjection, name="site-search", report="search", topic="web", version=1):
    """A projection of which reports know nothing but its declaration."""

    searches = Count("web.searched")
    clicks = Count("web.clicked")
    click_rate = Ratio("clicks", "searches")
    errors = Count("web.failed")

    stages = ("searches", "clicks")
    shares: ClassVar[Mapping[str, Share]] = {
        "error_rate": Share("errors", ("searches", "errors")),
    }


def test_a_new_projection_has_a_whole_report() -> None:
    """Bars of its stages, its shares behind their parts, its rates."""
    today = {"00": {"searches": 80, "clicks": 20, "errors": 20}}
    shown = drawn(view(judged(SearchDaily, {}, today, days=0), letters=0), 80)
    assert shown == (
        "Search: Sun 2026-11-22, UTC\n"
        "partial: until 14:05 · last flush 3 s ago\n"
        "the consumer may be behind: sc-analytics status · no dead letters\n"
        "folded by version 1\n"
        "too little history to tell what is ordinary: 0 of the 14 days before have\n"
        "figures, 7 are needed\n"
        "\n"
        "                                                       of  of one      by\n"
        "            funnel                                  first  before   14:00\n"
        "─────────────────────────────────────────────────────────────────────────\n"
        "Searches    ████████████████████████████      80  100.0 %              80\n"
        "Clicks      ███████                           20   25.0 %  25.0 %      20\n"
        "\n"
        "Errors                                        20                       20\n"
        "\n"
        "Click rate                                25.0 %                   25.0 %\n"
        "Error rate                                20.0 %                   20.0 %\n"
    )


def test_a_stage_or_share_must_be_a_counter_of_the_projection() -> None:
    """A misspelt one is found when the product is loaded, not when a report is drawn."""
    with pytest.raises(TypeError, match="clikcs is no counter that it declares"):

        class Misspelt(DailyProjection, name="m", report="m", topic="web", version=1):
            """Has a stage that it does not declare."""

            clicks = Count("web.clicked")
            stages = ("clikcs",)
