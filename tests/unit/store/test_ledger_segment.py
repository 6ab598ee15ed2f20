"""Segments: each id is in one, and whoever asks for its time finds that one."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.ledger_claim import SEGMENT
from sc_analytics_cli.store.ledger_segment import (
    SPANS,
    Stored,
    Timed,
    Window,
    longest,
    segments,
    span_of,
    windows,
)
from sc_analytics_cli.store.mongo_ledger_log import _overlap

LAST = 2**48 - 1


def key(made: int, number: int = 0) -> bytes:
    return made.to_bytes(6) + b"\x70\x00\x80" + number.to_bytes(7)


@st.composite
def times(draw: st.DrawFn) -> list[int]:
    """Moments of one claim: dense, sparse, late, at either end, and any mixture of those."""
    found: list[int] = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, LAST) | st.integers(0, 2000) | st.just(1_790_000_000_000))
        step = draw(st.sampled_from([0, 1, 20, 300, 70_000, 10**7, 10**10]))
        found += [min(LAST, start + n * step) for n in range(draw(st.integers(1, 700)))]
    return found


def matches(query: dict[str, Any], segment: Window, span: int) -> bool:
    """Whether MongoDB would find a segment by this question."""
    return bool(
        query["span"] == span
        and query["low"]["$gte"] <= segment.low <= query["low"]["$lte"]
        and segment.high >= query["high"]["$gte"]
    )


@given(times())
def test_segments_hold_each_key_once_in_order(made: list[int]) -> None:
    keys = sorted(key(at, number) for number, at in enumerate(made))
    found = segments(keys)
    assert [k for each in found for k in keys[each.start : each.stop]] == keys
    for each in found:
        own = [int.from_bytes(k[:6]) for k in keys[each.start : each.stop]]
        assert 0 < len(own) <= SEGMENT
        assert each.window == (own[0], own[-1])
        assert 0 <= each.span < SPANS
        assert each.window.width < longest(each.span)


@given(times(), times())
def test_whoever_asks_for_an_id_finds_its_segment(stored: list[int], asked: list[int]) -> None:
    """Of what is asked for, whatever else is asked with it, and whatever it was stored with."""
    mine = sorted({key(at, number) for number, at in enumerate(asked)})
    some = mine[:: max(1, len(mine) // 7)]
    keys = sorted({*some, *(key(at) for at in stored)})
    log, questions = segments(keys), windows(segments(mine))
    for segment in log:
        if {*keys[segment.start : segment.stop]} & {*mine}:
            assert any(
                matches(_overlap(segment.span, window), segment.window, segment.span)
                for window in questions
            )


@given(times())
def test_windows_are_few_where_ids_are_dense_and_cover_all_of_them(made: list[int]) -> None:
    keys = sorted(key(at, number) for number, at in enumerate(made))
    found = windows(segments(keys))
    assert found == sorted(found)
    assert len(found) <= len(segments(keys))
    for at in made:
        assert any(each.low <= at <= each.high for each in found)


def test_a_dense_claim_asks_about_one_window() -> None:
    keys = [key(1_790_000_000_000 + n * 3, n) for n in range(5_000)]
    assert len(segments(keys)) == 10
    assert windows(segments(keys)) == [(1_790_000_000_000, 1_790_000_000_000 + 4_999 * 3)]


def test_a_late_id_has_a_segment_of_its_own() -> None:
    now = 1_790_000_000_000
    keys = [key(now - 86_400_000), key(now - 3_600_000), *(key(now + n) for n in range(300))]
    assert [each.window.width for each in segments(keys)] == [0, 0, 299]


@pytest.mark.parametrize(
    ("width", "span"),
    [(0, 0), (255, 0), (256, 1), (65_535, 1), (65_536, 2), (2**40 - 1, 4), (2**40, 5), (LAST, 5)],
)
def test_kinds_of_segments_by_the_time_that_they_span(width: int, span: int) -> None:
    assert span_of(Window(0, width)) == span
    assert width < longest(span)


def test_a_stored_segment_tells_the_owners_of_what_is_in_it() -> None:
    claims = {
        key(5, n): Coordinate(f"sc.domain.order/{n % 3}", 2**40 + n * (-1) ** n) for n in range(9)
    }
    timed = Timed(claims)
    stored = Stored(timed.fields(0, 9))
    assert stored.size == 9
    assert stored.owners(claims.keys()) == {each: str(at) for each, at in claims.items()}
    assert stored.owners(frozenset([key(6)])) == {}
    rest = timed.without([key(5, 0), key(5, 8)]).behind(2)
    assert rest.keys == [key(5, n) for n in range(3, 8)]


@pytest.mark.parametrize(
    ("gaps", "widths"),
    [
        ([], [0]),
        ([200], [200]),
        ([3_600_000], [0, 0]),
        ([5, 3_600_000], [5, 0]),
        ([3_600_000, 5], [0, 5]),
        ([3_600_000, 3_600_001], [7_200_001]),
    ],
)
def test_few_ids_are_cut_as_many_are(gaps: list[int], widths: list[int]) -> None:
    made = [1_790_000_000_000 + sum(gaps[:number]) for number in range(len(gaps) + 1)]
    found = segments([key(at, number) for number, at in enumerate(made)])
    assert [each.window.width for each in found] == widths


@pytest.mark.parametrize(
    "moment",
    [
        lambda n: n // 4 * 1_000,
        lambda n: n // 5 * 30_000 + n % 5 * 3,
        lambda n: n // 500 * 86_400_000 + n % 500 // 4 * 1_000,
        lambda n: n * 2_600,
        lambda n: n // 5,
    ],
    ids=["a clock of seconds", "bursts", "dates in turns", "sparse", "five in a millisecond"],
)
def test_events_as_they_come_share_segments_of_their_time(moment: Callable[[int], int]) -> None:
    """Five hundred each, and few windows."""
    made = [1_790_000_000_000 + moment(n) for n in range(10_000)]
    found = segments([key(at, n) for n, at in enumerate(made)])
    assert len(found) == 20
    assert len(windows(found)) <= 20


def test_a_tenth_of_late_ids_is_not_mixed_with_what_is_live() -> None:
    """Five thousand ids in a second, and 500 of the hour before."""
    now = 1_790_000_000_000
    made = [now + n // 5 for n in range(4_500)] + [now - 3_000 * n for n in range(2, 502)]
    found = segments(sorted(key(at, n) for n, at in enumerate(made)))
    assert len(found) == 500 + 9
    assert sum(each.window.width for each in found) < 1_000


def test_a_claim_is_not_cut_into_a_segment_an_id() -> None:
    """Of a backlog among live events: there is a bound to what one claim writes and asks."""
    now, month = 1_790_000_000_000, 30 * 86_400_000
    live = [now + number for number in range(9_600)]
    for late, most in ((1_600, 1_700), (6_400, 16_000 // 4 + 100)):
        backlog = [now - month * number // late for number in range(1, late + 1)]
        keys = sorted(key(at, number) for number, at in enumerate(live + backlog))
        assert len(segments(keys)) <= most


def test_windows_do_not_grow_with_each_other() -> None:
    """A crowd, and then ids ever further apart, are not one window over years."""
    made = [*range(0, 257, 2), *(257 + 2**number for number in range(9, 30))]
    found = windows([segment for at in made for segment in segments([key(at)])])
    assert len(found) > 20
