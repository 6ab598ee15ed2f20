"""Reports as HTML, Markdown and SVG: complete, standing alone, and safe whatever an id says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.report.article import article, hours_articles
from sc_analytics_cli.report.as_html import articles_html
from sc_analytics_cli.report.as_markdown import articles_markdown
from sc_analytics_cli.report.as_svg import screens_svg
from sc_analytics_cli.report.page import Known, Page

from .steady import DAY, FUNNEL, NOW, REVENUE, Per, document, fortnight, hours

NASTY = {"<script>alert(1)</script>": 5_000_000, "a|b *c* [d](e) `f` \x1b[31m": 4, "&amp;": 3}


def page(projection: Projection, per: Per, *days: str) -> Page:
    """A report of these dates, by default of DAY, on which payments fail."""
    documents = fortnight(projection, per)
    today = hours(DAY, per, until=15)
    for counts in today.values():
        if counts.get("payments_succeeded"):
            counts["payments_succeeded"] //= 2
    documents[DAY.isoformat()] = document(projection, DAY, today)
    if projection is RevenueDaily:
        documents[DAY.isoformat()]["revenue_by_community"] = NASTY
    known = Known(projection, documents, NOW - timedelta(seconds=3), 1)
    return Page(known, days or [DAY.isoformat()], NOW, ZoneInfo("UTC"))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html(*pages: Page) -> tuple[str, _Tags]:
    """The page, and what a browser would make of it."""
    text = articles_html([article(each) for each in pages], "a <title>", "as of <now>")
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    return text, tags


def test_html_stands_alone() -> None:
    """Nothing is loaded and nothing runs; it fits a phone, and follows light or dark."""
    text, tags = html(page(OrderFunnelDaily, FUNNEL), page(RevenueDaily, REVENUE))
    assert not tags.seen & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"(?:https?:|url\(|@import|src=|href=)", text)
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text


def test_html_tells_what_the_screen_tells() -> None:
    """Marks, trust, every figure, and the bars."""
    text, tags = html(page(OrderFunnelDaily, FUNNEL))
    assert "Funnel: Sun 2026-11-22, UTC" in "".join(tags.texts)
    for words in ("567", "1 dead letter", "Sun 15 Nov by 14:00"):
        assert words in "\n".join(tags.texts)
    assert "▼ Payment success rate" in text
    assert text.count('class="bar"') == len(OrderFunnelDaily.stages)
    assert '<tr class="marked begins"><th scope="row">Payment success rate' in text


@pytest.mark.parametrize("days", [(), ("2026-11-21", "2026-11-22")])
def test_on_a_phone_each_figure_stands_beside_its_heading(days: tuple[str, ...]) -> None:
    """Lines of many columns become cards there, as nobody scrolls sideways; rankings stay."""
    of = page(RevenueDaily, REVENUE, *days)
    text, _ = html(of)
    tables = re.findall("<table.*?</table>", text)
    sheets = article(of).sheets
    assert [table.startswith('<table class="cards">') for table in tables] == [True, False]
    for table, sheet in zip(tables, sheets, strict=True):
        lines = len(sheet.lines) + bool(sheet.total)
        headings = [unescape(each) for each in re.findall('data-of="(.*?)"', table)]
        assert headings == [*sheet.headings[1:]] * lines


def test_no_line_of_a_title_breaks_inside_a_date() -> None:
    """However narrow the screen."""
    text, _ = html(page(RevenueDaily, REVENUE, "2026-11-21", "2026-11-22"))
    for day in ("2026-11-21", "2026-11-22"):
        assert f'<span class="whole">{day}</span>' in text
    assert ".whole { white-space: nowrap; }" in text


@pytest.mark.parametrize("days", [(), ("2026-11-21", "2026-11-22", "2026-11-23")])
def test_ids_are_only_ever_text(days: tuple[str, ...]) -> None:
    """In HTML and Markdown, whatever they hold."""
    of = page(RevenueDaily, REVENUE, *days)
    text, tags = html(of)
    assert "script" not in tags.seen
    assert "<script>alert(1)</script>" in tags.texts
    assert "&amp;" in tags.texts
    assert "\x1b" not in text
    markdown = articles_markdown([article(of)], "now")
    assert r"a\|b \*c\* \[d\](e) \`f\` \\x1b\[31m" in markdown
    assert "<script>" not in markdown.replace(r"\<script\>", "")


def test_markdown_tables_have_as_many_cells_in_each_line() -> None:
    """So that they are read as tables."""
    text = articles_markdown([article(page(OrderFunnelDaily, FUNNEL))], "now")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count(" | ") for row in rows if " :-- " not in row}) == 1
    assert "- **▼ Payment success rate" in text
    assert "| **Payment success rate** | **" in text


def test_several_dates_name_gaps_and_end_with_a_total() -> None:
    """As the table on the screen does."""
    of = page(OrderFunnelDaily, FUNNEL, "2026-11-20", "2026-10-01", "2026-11-22")
    (sheet,) = article(of).sheets
    assert [line.cells[0] for line in sheet.lines] == [
        "Fri 2026-11-20",
        "Thu 2026-10-01 missing",
        "Sun 2026-11-22 partial",
    ]
    assert sheet.lines[1].cells[1:] == ("",) * 11
    assert sheet.total[0] == "Total"
    assert article(of).marks[0].startswith("▼ Sun 2026-11-22  Payment success rate")


def test_hours_are_those_that_have_begun() -> None:
    """The one under way is partial; a missing date says so."""
    of = page(OrderFunnelDaily, FUNNEL, "2026-11-22", "2026-10-01")
    today, missing = hours_articles(of)
    (sheet,) = today.sheets
    assert [line.cells[0] for line in sheet.lines][-2:] == ["13:00", "14:00 partial"]
    assert len(sheet.lines) == 15
    assert missing.sheets == ()
    assert missing.trust == "missing: nothing of this date was counted · 1 dead letter"


def test_hours_that_are_out_of_the_ordinary_have_a_sign_in_files_too() -> None:
    """Marks stand above them, what is usual beside them; a note explains what is above 100 %."""
    (of,) = hours_articles(page(OrderFunnelDaily, FUNNEL))
    assert of.marks[0].startswith("▼ Payment success rate")
    assert of.sheets[0].headings[:3] == ("Hour", "Payment success rate", "usually")
    figure = '<td class="out followed" data-of="Payment success rate">▼ 46.3 %</td>'
    usual = '<td data-of="usually">93.2–94.0 %</td>'
    assert figure + usual in articles_html([of], "", "")
    assert "| 13:00 | ▼ 46.3 % | 93.2–94.0 % |" in articles_markdown([of], "")
    whole = article(page(OrderFunnelDaily, FUNNEL))
    assert whole.note.startswith("above 100 %")
    assert "above 100 %" in articles_html([whole], "", "")
    assert "above 100 %" in articles_markdown([whole], "")


def test_svg_is_well_formed_and_loads_nothing() -> None:
    """A picture of the screen; text is text in it, and ids are escaped."""
    pages = [page(OrderFunnelDaily, FUNNEL), page(RevenueDaily, REVENUE)]
    text = screens_svg([each.screen() for each in pages], "sc-analytics <report>")
    root = ElementTree.fromstring(text)
    words = "".join(root.itertext()).replace("\xa0", " ")
    assert "▼ Payment success rate" in words
    assert "<script>alert(1)</script>" in words
    assert not re.search(r"(?:href=|@font-face|@import|url\((?!#))", text)
