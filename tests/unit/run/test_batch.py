"""The chunks of one flush, put together by partition."""

from __future__ import annotations

from sc_analytics_cli.event import Chunk, LogRecord
from sc_analytics_cli.run.batch import gather


def chunk(partition: str, start: int, end: int, *offsets: int) -> Chunk:
    return Chunk(partition, start, end, [LogRecord(each, b"") for each in offsets], "t")


def test_chunks_are_put_together_by_partition() -> None:
    """Their ranges too, which may be wider than their records."""
    found = gather([chunk("t/0", 0, 3, 0, 2), chunk("t/1", 7, 9), chunk("t/0", 3, 5, 4)])
    assert list(found) == ["t/0", "t/1"]
    assert found["t/0"].ranges == [[0, 5]]
    assert [record.offset for record in found["t/0"].records] == [0, 2, 4]
    assert (found["t/1"].ranges, found["t/1"].records) == ([[7, 9]], [])
    assert found["t/0"].label == "t"


def test_an_offset_is_taken_once() -> None:
    """Where chunks overlap, whatever their order."""
    found = gather(
        [chunk("t/0", 4, 8, 4, 6), chunk("t/0", 0, 6, 0, 4, 5), chunk("t/0", 4, 8, 4, 6)]
    )
    assert [record.offset for record in found["t/0"].records] == [4, 6, 0]
    assert found["t/0"].ranges == [[0, 8]]


def test_a_hole_between_chunks_stays_one() -> None:
    """What was not read is not said to be."""
    found = gather([chunk("t/0", 0, 3, 0), chunk("t/0", 5, 6, 5)])
    assert found["t/0"].ranges == [[0, 3], [5, 6]]
