"""Sets of offsets as sorted lists of half-open ranges `[start, end)`.

What a document has absorbed of a partition is such a set: an offset inside it
changes nothing any more, an offset outside it is still to be counted. In ordinary
running it is one range; a replay of what lies before it, or a gap that was
accepted, makes it two until they meet.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

Range = Sequence[int]
"""`[start, end)`; where end = start, the mark of a place with nothing absorbed yet."""


def union(ranges: Sequence[Range], start: int, end: int) -> list[list[int]]:
    """The set with `[start, end)` added; ranges that touch become one."""
    if end < start:
        raise ValueError(f"range [{start}, {end}) ends before it starts")
    before = [[a, b] for a, b in ranges if b < start]
    after = [[a, b] for a, b in ranges if a > end]
    touching = [(a, b) for a, b in ranges if b >= start and a <= end]
    merged = [
        min([start, *(a for a, _ in touching)]),
        max([end, *(b for _, b in touching)]),
    ]
    return [*before, merged, *after]


def union_all(ranges: Sequence[Range], more: Sequence[Range]) -> list[list[int]]:
    """The set with every range of `more` added."""
    result = [list(each) for each in ranges]
    for start, end in more:
        result = union(result, start, end)
    return result


def contains(ranges: Sequence[Range], offset: int) -> bool:
    """Whether the offset lies inside one of the ranges."""
    found = bisect_right(ranges, offset, key=lambda pair: pair[0]) - 1
    return found >= 0 and offset < ranges[found][1]


def disjoint(ranges: Sequence[Range], first: int, last: int) -> bool:
    """Whether no offset from `first` to `last`, both included, lies in the set."""
    return all(b <= first or a > last for a, b in ranges)
