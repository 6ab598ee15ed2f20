"""What the tables promise beyond their looks: nothing cut off, nothing obeyed, no false zeros."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from sc_analytics_cli.fold.field import Cents, Count, Difference, Field, Mean, Ratio, Tally
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.figures import figure, heading
from sc_analytics_cli.report.rows import Row, totals
from sc_analytics_cli.report.safe import harmless
from sc_analytics_cli.report.table import report_table

PROJECTIONS = (OrderFunnelDaily, RevenueDaily, UserLifecycleDaily)
MOST = 999_999_999_999


def row(projection: Projection, day: str, **fields: object) -> Row:
    """Return a complete row in which only `fields` are not zero."""
    document = projection.shape.empty(day) | fields
    projection.shape.derive(document)
    return Row(day, "complete", document)


def missing(day: str) -> Row:
    """Return the row of a date without a document."""
    return Row(day, "missing", None)


def lines(
    projection: Projection, rows: Sequence[Row], *, console: int = 80, width: int | None = None
) -> list[str]:
    """Return what a terminal of `console` columns shows, without trailing blanks."""
    out = StringIO()
    table = report_table(projection, rows, totals(projection, rows), timezone="UTC", width=width)
    Console(file=out, width=console, color_system=None).print(table)
    return [line.rstrip() for line in out.getvalue().split("\n")]


@pytest.mark.parametrize(
    ("days", "title"),
    [
        ([], "Revenue: no dates, UTC"),
        (["2026-11-22"], "Revenue: Sun 2026-11-22, UTC"),
        (["2026-11-21", "2026-11-22"], "Revenue: 2026-11-21 … 2026-11-22, 2 dates, UTC"),
        (
            ["2026-11-22", "2026-11-21"],
            "Revenue: 2 dates between 2026-11-21 and 2026-11-22, UTC",
        ),
        (
            ["2026-11-09", "2026-11-11", "2026-11-12"],
            "Revenue: 3 dates between 2026-11-09 and 2026-11-12, UTC",
        ),
    ],
)
def test_the_title_says_which_dates(days: list[str], title: str) -> None:
    """A range is only called one where no date in it is left out."""
    assert lines(RevenueDaily, [missing(day) for day in days])[0] == title


@pytest.mark.parametrize("projection", PROJECTIONS)
@pytest.mark.parametrize("console", [80, 140])
def test_a_single_date_has_no_total(projection: Projection, console: int) -> None:
    """A total that repeats the line above tells nothing."""
    assert "Total" not in "\n".join(
        lines(projection, [row(projection, "2026-11-22")], console=console)
    )


@pytest.mark.parametrize("projection", PROJECTIONS)
@pytest.mark.parametrize("console", [80, 140])
def test_missing_dates_show_no_figures_at_all(projection: Projection, console: int) -> None:
    """Neither zeros nor dashes nor a total are made up for them."""
    found = lines(projection, [missing("2026-11-09"), missing("2026-11-10")], console=console)
    text = "\n".join(found[1:])
    assert text.count("missing") == 2
    left = text.replace("2026-11-09", "").replace("2026-11-10", "")
    assert not set("0123456789–%") & set(left)
    assert "Total" not in left


def test_marks_are_words_and_complete_dates_have_none() -> None:
    """Dimming comes on top of the word; it never stands alone."""
    rows = [row(RevenueDaily, "2026-11-21"), row(RevenueDaily, "2026-11-22")]
    rows[1] = rows[1]._replace(status="partial")
    text = "\n".join(lines(RevenueDaily, rows))
    assert "Sun 2026-11-22 partial" in text
    assert text.count("partial") == 1
    assert "complete" not in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("registrations", "Registrations"),
        ("payments_succeeded", "Payments succeeded"),
        ("refunded_cents", "Refunded"),
        ("average_order_value_cents", "Average order value"),
        ("revenue_by_community", "Revenue by community"),
    ],
)
def test_headings_are_the_field_names_in_words(name: str, words: str) -> None:
    """A new field has a heading without being listed anywhere."""
    assert heading(name) == words


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (Count("x"), 0, "0"),
        (Count("x"), 999, "999"),
        (Tally(), 1234567, "1,234,567"),
        (Cents(), 0, "0.00"),
        (Cents(), 5, "0.05"),
        (Cents(), 123450, "1,234.50"),
        (Cents(), 2**63 - 1, "92,233,720,368,547,758.07"),
        (Difference("a", "b"), -5, "-0.05"),
        (Difference("a", "b"), -123450, "-1,234.50"),
        (Mean("a", "b"), 7695, "76.95"),
        (Mean("a", "b"), None, "–"),
        (Ratio("a", "b"), 0.0, "0.0 %"),
        (Ratio("a", "b"), 0.9241, "92.4 %"),
        (Ratio("a", "b"), 1.0, "100.0 %"),
        (Ratio("a", "b"), 12.5, "1,250.0 %"),
        (Ratio("a", "b"), None, "–"),
    ],
)
def test_figures_as_a_person_reads_them(field: Field, value: object, shown: str) -> None:
    """Cents are exact units; undefined is a dash, never a zero."""
    assert figure(field, value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "(empty)"),
        ("c-1", "c-1"),
        ("[red]x[/red] :smile:", "[red]x[/red] :smile:"),
        ("Zürich 日本 😀", "Zürich 日本 😀"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x7f\x80\x9b", r"\x7f\x80\x9b"),
        ("\u202eabc\u2066\u200f", r"\u202eabc\u2066\u200f"),
        ("\u2028\u2029\u0085", r"\u2028\u2029\x85"),
        ("\u200b\ufeff\u00ad", r"\u200b\ufeff\xad"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_what_does_not_print_is_shown_as_an_escape(text: str, shown: str) -> None:
    """A terminal has nothing to obey, and a person sees that something was there."""
    assert harmless(text) == shown


@given(st.text())
def test_any_text_becomes_printable(text: str) -> None:
    """No text from an event gets through to the terminal as a command."""
    assert harmless(text).isprintable()


def test_ids_are_shown_as_text_and_never_as_markup() -> None:
    """Neither Rich's markup nor its emoji codes nor a terminal's commands are followed."""
    ids = {"[bold]x[/bold]": 400, "[/]": 300, ":smile:": 200, "\x1b[31mred\n": 100}
    found = lines(
        RevenueDaily,
        [row(RevenueDaily, "2026-11-22", gross_revenue_cents=1000, revenue_by_promotion=ids)],
    )
    assert found[-6:-1] == [
        "──────────────────────────────────────────────",
        "[bold]x[/bold]          4.00            40.0 %",
        "[/]                     3.00            30.0 %",
        ":smile:                 2.00            20.0 %",
        r"\x1b[31mred\n           1.00            10.0 %",
    ]


def test_a_ranking_is_by_amount_then_by_id_and_sums_up_what_it_leaves_out() -> None:
    """Five are named; the others are one line, so that none goes unmentioned."""
    ids = {"f": 1, "e": 2, "d": 2, "c": 2, "b": 9, "a": 2, "g": 1}
    found = lines(RevenueDaily, [row(RevenueDaily, "2026-11-22", revenue_by_community=ids)])
    assert [line.split() for line in found[-7:-1]] == [
        ["b", "0.09", "–"],
        ["a", "0.02", "–"],
        ["c", "0.02", "–"],
        ["d", "0.02", "–"],
        ["e", "0.02", "–"],
        ["and", "2", "more", "0.02", "–"],
    ]


@pytest.mark.parametrize(
    ("text", "letter", "times"),
    [("x" * 512, "x", 512), ("日" * 170, "日", 170), ("wörd " * 85, "ö", 85)],
)
def test_long_ids_are_folded_and_not_cut_off(text: str, letter: str, times: int) -> None:
    """An id can be copied as a whole, and its amount stays beside it."""
    ids = {text: 100}
    found = lines(
        RevenueDaily,
        [row(RevenueDaily, "2026-11-22", gross_revenue_cents=100, revenue_by_community=ids)],
    )
    assert "".join(found).count(letter) == times
    assert "…" not in "".join(found)
    assert max(map(cell_len, found)) <= 80
    assert any(line.endswith("1.00           100.0 %") for line in found)


amounts = st.integers(0, MOST) | st.just(MOST)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(PROJECTIONS),
    st.lists(amounts, min_size=1, max_size=9),
    st.sampled_from([80, 100, 140]),
)
def test_no_figure_is_ever_cut_off(projection: Projection, values: list[int], console: int) -> None:
    """Whatever the amounts up to 9,999,999,999.99, each is there as a whole, within the width."""
    fields = projection.shape.fields
    rows = [
        row(
            projection,
            f"2026-11-{number:02}",
            **{n: value for n, field in fields.items() if isinstance(field, Cents | Count | Tally)},
        )
        for number, value in enumerate(values, start=1)
    ]
    found = lines(projection, rows, console=console)
    text = "\n".join(found[1:])
    assert "…" not in text
    assert max(map(len, found)) <= console
    words = set(text.split())
    for value in (*values, sum(values)):
        assert f"{value:,}" in words
        if projection is RevenueDaily:
            assert f"{value // 100:,}.{value % 100:02}" in words


@pytest.mark.parametrize("projection", PROJECTIONS)
@pytest.mark.parametrize("console", [24, 40])
def test_a_tiny_terminal_folds_and_cuts_nothing_off(projection: Projection, console: int) -> None:
    """Even narrower than one date, every digit is there."""
    field = next(iter(projection.shape.fields))
    found = lines(
        projection, [row(projection, "2026-11-22", **{field: 777777777})], console=console
    )
    assert max(map(len, found)) <= console
    assert "".join(found).count("7") >= 9
    assert "…" not in "".join(found)


def test_a_width_narrower_than_the_console_is_kept_to() -> None:
    """A screen can be laid out for less than the whole terminal, but not for more."""
    rows = [row(OrderFunnelDaily, "2026-11-21"), row(OrderFunnelDaily, "2026-11-22")]
    at_80 = lines(OrderFunnelDaily, rows, console=80)
    assert lines(OrderFunnelDaily, rows, console=140, width=80) == at_80
    assert lines(OrderFunnelDaily, rows, console=80, width=140) == at_80
    assert lines(OrderFunnelDaily, rows, console=140) != at_80


def test_turned_tables_show_every_date_once_and_the_total_last() -> None:
    """Dates go on in the next block, in the order asked."""
    days = [f"2026-11-{number:02}" for number in range(1, 15)]
    found = lines(OrderFunnelDaily, [row(OrderFunnelDaily, day) for day in days])
    shown = [word for line in found[1:] for word in line.split() if word[:2] == "20"]
    assert shown == days
    assert [line.split()[-1] for line in found if "Total" in line] == ["Total"]
    assert found.index(next(line for line in found if "Total" in line)) > len(found) - 15


def test_undefined_stays_undefined_in_documents_from_before_a_field_was_declared() -> None:
    """An older document is no reason to fail, nor to show zeros."""
    old = row(RevenueDaily, "2026-11-22", gross_revenue_cents=100)
    assert old.document is not None
    del old.document["refunded_orders"]
    shown = lines(RevenueDaily, [old])[6]
    assert " ".join(shown.split()) == "Sun 2026-11-22 1.00 0.00 1.00 0 – –"
