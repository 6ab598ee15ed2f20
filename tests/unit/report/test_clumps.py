"""How many events come together is told from the hours of other days."""

from __future__ import annotations

from random import Random

import pytest

from sc_analytics_cli.report.clumps import in_counts, in_parts

DAYS, HOURS = 14, 24
RHYTHM = [1 + hour % 12 for hour in range(HOURS)]


def counts(seed: int, together: int, busy: float = 1.0) -> list[list[float]]:
    """Fourteen days of events that come so many at a time, in a rhythm of the day."""
    draw = Random(seed)
    return [
        [together * _drawn(draw, 60 * busy * often / together) for often in RHYTHM]
        for _ in range(DAYS)
    ]


def _drawn(draw: Random, expected: float) -> int:
    """As many as chance brings about where so many are expected."""
    tries = 4 * int(expected) + 4
    return sum(draw.random() < expected / tries for _ in range(tries))


@pytest.mark.parametrize("together", [1, 3, 6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_that_come_together_are_known_by_how_they_scatter(seed: int, together: int) -> None:
    """About as many as come at a time; the rhythm of the day is no clump."""
    assert 0.6 * together <= in_counts(counts(seed, together)) <= 1.4 * together


def test_how_busy_a_day_is_as_a_whole_is_no_clump() -> None:
    """Every second day has twice as much of everything."""
    even, odd = counts(1, 1), counts(2, 1, busy=2.0)
    assert in_counts([*even[::2], *odd[::2]]) < 1.6


@pytest.mark.parametrize("together", [1, 4])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parts_that_come_together_are_known_too(seed: int, together: int) -> None:
    """Failures in rows of four scatter as four would; the wholes may be any."""
    draw = Random(seed)
    days = [
        [
            (
                float(together * _drawn(draw, 0.1 * whole / together)),
                float(whole),
            )
            for whole in (40 * often for often in RHYTHM)
        ]
        for _ in range(DAYS)
    ]
    assert 0.6 * together <= in_parts(days) <= 1.4 * together


def test_a_day_that_was_out_of_order_does_not_tell() -> None:
    """Half a day without anything is in the past; the other days tell."""
    days = counts(1, 1)
    days[3] = [0.0] * 12 + days[3][12:]
    assert in_counts(days) < 1.6
    parts = [[(each / 10, each) for each in day] for day in counts(2, 1)]
    parts[5] = [(each, each) for _, each in parts[5][:12]] + parts[5][12:]
    assert in_parts(parts) < 1.6


@pytest.mark.parametrize("days", [[], [[]], [[(0.0, 0.0)] * 24], [[(5.0, 5.0)] * 24]])
def test_where_nothing_scatters_events_come_one_by_one(
    days: list[list[tuple[float, float]]],
) -> None:
    """No days, no events, or a part that is always the whole: no clumps are known."""
    assert in_parts(days) == 1.0
    assert in_counts([[of for of, _ in day] for day in days]) == 1.0
