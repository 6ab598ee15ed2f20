"""Ranges of offsets, held against plain sets."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.fold.ranges import contains, disjoint, union, union_all

spans = st.tuples(st.integers(0, 40), st.integers(0, 8)).map(lambda pair: (pair[0], sum(pair)))
span_lists = st.lists(spans, max_size=8)


def as_set(ranges: list[list[int]]) -> set[int]:
    return {offset for start, end in ranges for offset in range(start, end)}


@pytest.mark.parametrize(
    ("ranges", "start", "end", "result"),
    [
        ([], 3, 5, [[3, 5]]),
        ([], 3, 3, [[3, 3]]),
        ([[0, 5]], 5, 9, [[0, 9]]),
        ([[5, 9]], 0, 5, [[0, 9]]),
        ([[0, 5]], 3, 9, [[0, 9]]),
        ([[0, 5]], 1, 2, [[0, 5]]),
        ([[1, 2]], 0, 5, [[0, 5]]),
        ([[0, 5]], 6, 9, [[0, 5], [6, 9]]),
        ([[6, 9]], 0, 5, [[0, 5], [6, 9]]),
        ([[0, 2], [4, 6], [8, 9]], 2, 8, [[0, 9]]),
        ([[0, 2], [4, 6], [8, 9]], 3, 7, [[0, 2], [3, 7], [8, 9]]),
        ([[0, 2], [4, 6], [8, 9]], 3, 3, [[0, 2], [3, 3], [4, 6], [8, 9]]),
        ([[7, 7]], 7, 9, [[7, 9]]),
        ([[7, 7]], 0, 7, [[0, 7]]),
        ([[0, 5]], 5, 5, [[0, 5]]),
    ],
)
def test_union(ranges: list[list[int]], start: int, end: int, result: list[list[int]]) -> None:
    """Ranges that touch become one; an empty range marks a place until something touches it."""
    assert union(ranges, start, end) == result


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    """It would be a mistake of the caller."""
    with pytest.raises(ValueError, match="ends before it starts"):
        union([], 5, 4)


@given(span_lists)
def test_union_is_the_union_of_sets(added: list[tuple[int, int]]) -> None:
    """In any order, sorted, with nothing between two ranges that touch."""
    ranges = union_all([], added)
    assert as_set(ranges) == as_set([list(each) for each in added])
    for (_, end), (start, _) in pairwise(ranges):
        assert end < start


@given(span_lists, span_lists, st.randoms(use_true_random=False))
def test_the_order_of_adding_does_not_matter(
    first: list[tuple[int, int]], second: list[tuple[int, int]], random: Random
) -> None:
    """Nor how often something is added."""
    both = [*first, *second, *first]
    random.shuffle(both)
    assert union_all(union_all([], first), union_all([], second)) == union_all([], both)


@given(span_lists, st.integers(-2, 50))
def test_contains_is_membership(added: list[tuple[int, int]], offset: int) -> None:
    """The start is inside, the end is not."""
    ranges = union_all([], added)
    assert contains(ranges, offset) == (offset in as_set(ranges))


@pytest.mark.parametrize(
    ("first", "last", "answer"),
    [(0, 3, True), (0, 4, False), (4, 9, False), (9, 10, False), (10, 14, True), (10, 15, False)],
)
def test_disjoint_at_the_edges(first: int, last: int, answer: bool) -> None:
    """The end of a range is not in it; its start and `last` are."""
    assert disjoint([[4, 10], [15, 20]], first, last) is answer


@given(span_lists, spans)
def test_disjoint_is_disjointness(added: list[tuple[int, int]], span: tuple[int, int]) -> None:
    """From `first` to `last`, both included."""
    ranges = union_all([], [each for each in added if each[0] < each[1]])
    first, last = span
    assert disjoint(ranges, first, last) == as_set(ranges).isdisjoint(range(first, last + 1))


@given(span_lists, spans)
def test_marks_never_hide_an_offset(added: list[tuple[int, int]], span: tuple[int, int]) -> None:
    """Where the set holds empty ranges, disjoint may say no too often, never yes."""
    ranges = union_all([], added)
    first, last = span
    assert not disjoint(ranges, first, last) or as_set(ranges).isdisjoint(range(first, last + 1))


def test_adding_leaves_the_given_ranges_alone() -> None:
    """They may belong to a stored document."""
    ranges = [[0, 2], [4, 6]]
    union_all(ranges, [(1, 5)])[0][0] = 99
    union(ranges, 8, 9)[0][1] = 99
    assert ranges == [[0, 2], [4, 6]]
