"""Fields that differ, at 80 columns: no name is broken within a word, no amount at all."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sc_analytics_cli.cli.differences import pieces, print_difference_table
from sc_analytics_cli.report.differences import Difference

DAY = "2026-11-27"
ROWS = [
    Difference("revenue", DAY, "gross_revenue_cents", None, 99_912_345_678, 3_149_630),
    Difference("revenue", DAY, "average_order_value_cents", None, 7, 7_359),
    Difference("revenue", DAY, "revenue_by_community", "runners-berlin", 1, 194_640),
]


def test_a_table_of_large_amounts_at_80_columns() -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_difference_table(console, "revenue", ROWS)
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert [line.rstrip() for line in drawn.splitlines()] == [
        "revenue",
        "date        field                          before      after       difference",
        "─" * 77,
        "2026-11-27  gross_revenue_cents    99,912,345,678  3,149,630  -99,909,196,048",
        "            average_order_value_                7      7,359           +7,352",
        "            cents",
        "            revenue_by_community:               1    194,640         +194,639",
        "            runners-berlin",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "room", "lines"),
    [
        ("orders_created", 14, ["orders_created"]),
        ("average_order_value_cents", 24, ["average_order_value_", "cents"]),
        ("by_community: a b", 13, ["by_community:", "a b"]),
        ("by_community: runners-berlin", 12, ["by_", "community:", "runners-", "berlin"]),
        ("by: " + "x" * 30, 12, ["by:", "x" * 12, "x" * 12, "x" * 6]),
        ("by: ", 3, ["by:"]),
        ("by: 界界界", 5, ["by:", "界界", "界"]),
    ],
)
def test_a_name_is_broken_where_its_words_end(name: str, room: int, lines: list[str]) -> None:
    assert pieces(name, room) == lines
