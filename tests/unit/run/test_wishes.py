"""From wishes to spans: where to start and, exclusive, where to stop."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import NotThereError, UsageError
from sc_analytics_cli.run.ranges import Wish, chosen_lines, wished_spans
from sc_analytics_cli.run.spec import Back, Earliest, Latest, Offset, OffsetOf, Since, Spec
from tests.fakes import MemoryLog


def log() -> MemoryLog:
    """Two partitions: [10, 100) and [0, 40), a record a second."""
    found = MemoryLog("t", 2)
    for partition, records in (("t/0", 100), ("t/1", 40)):
        for second in range(records):
            found.append(partition, b"", timestamp=second * 1000)
    found.delete_below("t/0", 10)
    return found


@pytest.mark.parametrize(
    ("start", "stop", "spans"),
    [
        (Earliest(), None, {"t/0": (10, 100), "t/1": (0, 40)}),
        (Earliest(), Latest(), {"t/0": (10, 100), "t/1": (0, 40)}),
        (Earliest(), Earliest(), {"t/0": (10, 10), "t/1": (0, 0)}),
        (Latest(), None, {"t/0": (100, 100), "t/1": (40, 40)}),
        (Back(5), None, {"t/0": (95, 100), "t/1": (35, 40)}),
        (Back(5), Back(2), {"t/0": (95, 98), "t/1": (35, 38)}),
        (Offset(10), Offset(20), {"t/0": (10, 20), "t/1": (10, 20)}),
        (Offset(20), Offset(20), {"t/0": (20, 20), "t/1": (20, 20)}),
        (OffsetOf(((1, 5),)), None, {"t/1": (5, 40)}),
        (OffsetOf(((1, 5),)), OffsetOf(((0, 50),)), {"t/1": (5, 40)}),
        (Earliest(), OffsetOf(((1, 5),)), {"t/0": (10, 100), "t/1": (0, 5)}),
        (Since(20_500), Since(30_000), {"t/0": (21, 30), "t/1": (21, 30)}),
        (Since(50_000), None, {"t/0": (50, 100), "t/1": (40, 40)}),
    ],
)
def test_the_spans_of_a_wish(
    start: Spec, stop: Spec | None, spans: dict[str, tuple[int, int]]
) -> None:
    """Of the partitions that the start speaks of; without a stop, up to the end."""
    source = log()
    bounds = source.bounds(source.partitions())
    assert wished_spans(source, bounds, Wish(start, stop)) == spans


def test_a_stop_before_its_start_is_refused() -> None:
    """In the words that were typed, with both offsets and the partition."""
    source = log()
    wish = Wish(Since(50_000), Since(49_000), ("@1970-01-01T00:00:50Z", "@1970-01-01T00:00:49Z"))
    with pytest.raises(UsageError) as refused:
        wished_spans(source, source.bounds(["t/0"]), wish)
    assert refused.value.what == (
        "--to-offset @1970-01-01T00:00:49Z lies before --from-offset @1970-01-01T00:00:50Z"
    )
    assert refused.value.cause == "of t/0 these are 49 and 50, and --to-offset is exclusive"


@pytest.mark.parametrize("wish", [Wish(Offset(101), None), Wish(Earliest(), Offset(101))])
def test_a_wish_beyond_the_end_is_refused(wish: Wish) -> None:
    """At either side."""
    source = log()
    with pytest.raises(NotThereError, match="lies beyond its end 100"):
        wished_spans(source, source.bounds(["t/0"]), wish)


@pytest.mark.parametrize(
    ("start", "stop", "lines"),
    [
        (Earliest(), None, (1, 8)),
        (Offset(0), None, (1, 8)),
        (Offset(3), None, (3, 8)),
        (Offset(3), Offset(5), (3, 5)),
        (Back(2), None, (6, 8)),
        (Latest(), None, (8, 8)),
        (OffsetOf(((0, 3),)), None, (3, 8)),
    ],
)
def test_the_lines_of_a_file(start: Spec, stop: Spec | None, lines: tuple[int, int]) -> None:
    """Counted from 1, so that a file of 7 lines ends at 8; 0 may be said for its beginning."""
    assert chosen_lines(log(), (1, 8), Wish(start, stop)) == lines


@pytest.mark.parametrize("start", [Offset(9), OffsetOf(((1, 3),))])
def test_lines_that_are_not_there(start: Spec) -> None:
    """Beyond the end, or in a partition other than 0."""
    with pytest.raises(NotThereError):
        chosen_lines(log(), (1, 8), Wish(start, None))
