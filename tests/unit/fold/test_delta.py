"""Deltas: what a stretch of events adds, by date and partition."""

from __future__ import annotations

from sc_analytics_cli.event import Add
from sc_analytics_cli.fold.delta import Delta, Posting, fold

ONE, TWO = (Add("a", 1),), (Add("b", 2), Add("c", 3, "key"))


def test_postings_are_grouped_by_date_and_partition() -> None:
    """In the order in which they come."""
    first, second = Posting(7, "2026-10-01", "10", ONE), Posting(3, "2026-10-01", "11", TWO)
    other, next_day = Posting(3, "2026-10-01", "10", ONE), Posting(8, "2026-10-02", "00", ONE)
    found = fold([("t/0", first), ("t/1", other), ("t/0", second), ("t/0", next_day)])
    assert found == {
        "2026-10-01": {"t/0": Delta([first, second]), "t/1": Delta([other])},
        "2026-10-02": {"t/0": Delta([next_day])},
    }


def test_a_posting_that_adds_nothing_leaves_no_trace() -> None:
    """No date, so no document."""
    assert fold([("t/0", Posting(1, "2026-10-01", "10", ()))]) == {}
    assert fold([]) == {}


def test_the_sum_counts_equal_additions_together() -> None:
    """By hour and addition."""
    delta = Delta([Posting(n, "2026-10-01", "10", ONE) for n in (5, 2, 9)])
    delta.postings.append(Posting(4, "2026-10-01", "11", ONE))
    delta.postings.append(Posting(4, "2026-10-01", "11", TWO))
    assert delta.entries() == {("10", ONE): 3, ("11", ONE): 1, ("11", TWO): 1}
    assert (delta.first, delta.last) == (2, 9)
