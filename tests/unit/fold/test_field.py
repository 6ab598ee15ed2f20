"""Derived fields, and the document of a date on which nothing happened yet."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.fold.field import (
    Cents,
    CentsBy,
    Count,
    Difference,
    Mean,
    Ratio,
    Shape,
    Tally,
)


@pytest.mark.parametrize(
    ("part", "whole", "value"),
    [(0, 0, None), (5, 0, None), (0, 5, 0.0), (1, 4, 0.25), (3, 2, 1.5), (1, 3, 1 / 3)],
)
def test_a_ratio_is_a_fraction(part: int, whole: int, value: float | None) -> None:
    """Not clamped; None where there is nothing to divide by."""
    found = Ratio("part", "whole").of({"part": part, "whole": whole})
    assert found == value
    assert found is None or type(found) is float


@pytest.mark.parametrize(("plus", "minus", "value"), [(0, 0, 0), (9, 4, 5), (4, 9, -5)])
def test_a_difference_may_be_negative(plus: int, minus: int, value: int) -> None:
    """Cents stay integers."""
    assert Difference("plus", "minus").of({"plus": plus, "minus": minus}) == value


@pytest.mark.parametrize(
    ("total", "count", "value"),
    [
        (0, 0, None), (7, 0, None), (0, 3, 0), (9, 3, 3), (10, 3, 3), (11, 3, 4),
        (1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (2, 4, 0), (6, 4, 2), (10, 4, 2),
        (2**53 - 1, 2, 2**52), (2**63 - 1, 2, 2**62), (2**63 - 3, 2, 2**62 - 2),
    ],
)  # fmt: skip
def test_a_mean_is_rounded_half_to_even(total: int, count: int, value: int | None) -> None:
    """To whole cents, without going through a double."""
    assert Mean("total", "count").of({"total": total, "count": count}) == value


@given(st.integers(0, 2**63), st.integers(1, 1000))
def test_a_mean_is_that_of_exact_fractions(total: int, count: int) -> None:
    """However large the sum."""
    found = Mean("total", "count").of({"total": total, "count": count})
    assert (found, type(found)) == (round(Fraction(total, count)), int)


def test_an_empty_document_has_every_field_in_order() -> None:
    """Counters are 0 and maps empty; derived fields have their place before they have a value."""
    shape = Shape(
        {"n": Count("x"), "r": Ratio("n", "m"), "m": Tally(), "by": CentsBy("who"), "c": Cents()}, 3
    )
    empty = shape.empty("2026-10-01")
    assert list(empty) == ["_id", "date", "n", "r", "m", "by", "c", "hours", "source"]
    assert (empty["_id"], empty["date"], empty["by"]) == ("2026-10-01", "2026-10-01", {})
    assert (empty["hours"], empty["source"]) == ({}, {})
    shape.derive(empty)
    assert empty["r"] is None
    assert shape.empty("2026-10-01")["by"] is not empty["by"]
