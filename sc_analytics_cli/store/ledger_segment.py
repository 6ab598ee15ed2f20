"""A segment of a ledger's log: neighbours in time of one claim, in the order of their keys."""

from __future__ import annotations

from collections.abc import KeysView, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from operator import sub
from typing import Any, Final, NamedTuple

from .ledger_claim import Columns, slices, unpacked
from .ledger_key import KEY_SIZE, moments, split

_FAR: Final = 64
"""A gap so many times as long as the usual one of a claim ends a segment."""

_NEIGHBOURS: Final = 16

_SHORT: Final = 256
"""Milliseconds: a shorter gap never does."""

_FEW: Final = 100
_ONE_IN: Final = 4
"""How many segments a claim may be cut into by gaps: so many, or one for so many ids."""

Keys = KeysView[bytes] | frozenset[bytes]
"""Keys that are looked for."""

SPANS: Final = 6
"""How many kinds of segments there are by the time that they span: up to 256 ms, 65 s, 4.7 hours,
49 days, 35 years, and all that there can be."""


class Window(NamedTuple):
    """Milliseconds since 1970 UTC, the first and the last one of a stretch."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """From the first to the last one."""
        return self.high - self.low


class Segment(NamedTuple):
    """A stretch of claims that becomes one document; `window` is when its ids were made."""

    start: int
    stop: int
    window: Window

    @property
    def span(self) -> int:
        """Which kind of segment it is."""
        return span_of(self.window)


class Timed(Columns):
    """Claims of ids that tell when they were made."""

    @cached_property
    def segments(self) -> list[Segment]:
        """How they are put into segments."""
        return segments(self.keys)

    def write_out(self) -> None:
        """See Columns.write_out."""
        super().write_out()
        _ = self.segments


class Stored:
    """A segment as the log has it: who owns the ids in it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.size = len(document["keys"]) // KEY_SIZE

    def owners(self, wanted: Keys) -> dict[bytes, str]:
        """Who owns those of the keys that are in it."""
        keys = split(self._document["keys"])
        if wanted.isdisjoint(keys):
            return {}
        at = unpacked(self._document)
        return {key: at(number) for number, key in enumerate(keys) if key in wanted}


def span_of(window: Window) -> int:
    """Which kind of segment it is: the lowest number of which 256^(number + 1) ms are more."""
    return max(0, window.width.bit_length() - 1) // 8


def longest(span: int) -> int:
    """More milliseconds than any segment of this kind spans."""
    return 1 << 8 * (span + 1)


def segments(keys: Sequence[bytes]) -> list[Segment]:
    """How these keys, in their order, are put into segments.

    Neighbours in time share one, and a late id has its own. So the time that a segment
    spans is no longer than what is usual in its claim asks for, and whoever looks for
    an id finds few that span its time.
    """
    made = moments(keys)
    return [
        Segment(first, last, Window(made[first], made[last - 1]))
        for start, stop in pairwise((0, *_far_apart(made), len(keys)))
        for first, last in slices(start, stop)
    ]


def windows(wanted: Sequence[Segment]) -> list[Window]:
    """When their ids were made; segments that follow closely upon each other in one window."""
    found: list[Window] = []
    before = 0
    for window in (each.window for each in wanted):
        if found and window.low - found[-1].high <= before + window.width:
            found[-1] = Window(found[-1].low, window.high)
        else:
            found.append(window)
        before = window.width
    return found


def _far_apart(made: Sequence[int]) -> list[int]:
    """The numbers of the moments that lie far behind the one before them.

    What is far hangs on the usual distance, which is taken over some neighbours at once:
    clocks tick, and events come in bursts. But no more than one id in so many is far:
    each costs a document, and a question whenever somebody looks for its neighbours.
    """
    some = _NEIGHBOURS if len(made) > 4 * _NEIGHBOURS else 1
    widths = sorted(map(sub, made[some::some], made[::some]))
    usual = widths[(len(widths) - 1) // 2] // some if len(widths) > 1 else 0
    far = max(_SHORT, _FAR * usual)
    most = max(_FEW, len(made) // _ONE_IN)
    gaps = list(map(sub, made[1:], made))
    while len(found := [number for number, gap in enumerate(gaps, 1) if gap > far]) > most:
        far *= 2
    return found
