"""The chunks of one flush, read as they come and put together by partition."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sc_analytics_cli.decode.reading import Reading
from sc_analytics_cli.event import Chunk, Coordinate, DeadLetter, Event, LogRecord, Record
from sc_analytics_cli.run.batch import Batch, cut


def chunk(partition: str, start: int, end: int, *offsets: int) -> Chunk:
    return Chunk(partition, start, end, [LogRecord(each, b"") for each in offsets], "t")


def reading(partition: str, records: Sequence[Record]) -> Reading:
    """Records at odd offsets are dead letters."""
    return Reading(
        [Event(each.offset, "e", "2026-10-01", "10", ()) for each in records if not odd(each)],
        [DeadLetter(each, partition) for each in records if odd(each)],
    )


def odd(record: Record) -> bool:
    return record.offset % 2 == 1


def batch(*chunks: Chunk) -> Batch:
    made = Batch(reading)
    for each in chunks:
        made.add(each)
    return made


def offsets(found: Reading) -> tuple[list[int], list[int]]:
    """Of the events, and of the dead letters."""
    dead = [each.record.offset for each in found.dead_letters]
    return [each.offset for each in found.events], dead


def test_chunks_are_put_together_by_partition() -> None:
    """Their ranges too, which may be wider than their records."""
    made = batch(chunk("t/0", 0, 3, 0, 1), chunk("t/1", 7, 9), chunk("t/0", 3, 5, 4))
    found = made.stretches
    assert list(found) == ["t/0", "t/1"]
    assert found["t/0"].ranges == [[0, 5]]
    assert offsets(found["t/0"].reading) == ([0, 4], [1])
    assert (found["t/1"].ranges, found["t/1"].reading) == ([[7, 9]], Reading())
    assert found["t/0"].label == "t"
    assert (made.records, made.positions) == (3, {"t/0": 5, "t/1": 9})


def test_an_offset_is_taken_once() -> None:
    """Where chunks overlap, whatever their order."""
    made = batch(chunk("t/0", 4, 8, 4, 6), chunk("t/0", 0, 6, 0, 4, 5), chunk("t/0", 4, 8, 4, 6))
    assert offsets(made.stretches["t/0"].reading) == ([4, 6, 0], [])
    assert made.stretches["t/0"].ranges == [[0, 8]]


def test_a_hole_between_chunks_stays_one() -> None:
    """What was not read is not said to be."""
    made = batch(chunk("t/0", 0, 3, 0), chunk("t/0", 5, 6, 5))
    assert made.stretches["t/0"].ranges == [[0, 3], [5, 6]]


def test_of_a_chunk_that_cannot_be_read_nothing_is_there() -> None:
    """What came before it can be written, and ends before it."""

    def fails(partition: str, records: Sequence[Record]) -> Reading:
        if any(each.offset == 4 for each in records):
            raise ValueError("four")
        return reading(partition, records)

    made = Batch(fails)
    made.add(chunk("t/0", 0, 3, 0))
    for partition in ("t/0", "t/1"):
        with pytest.raises(ValueError, match="four"):
            made.add(chunk(partition, 3, 5, 4))
    assert (list(made.stretches), made.stretches["t/0"].ranges) == (["t/0"], [[0, 3]])
    assert (made.records, made.positions) == (1, {"t/0": 3})


def test_what_comes_before_a_coordinate_can_be_had_alone() -> None:
    """The stretches before its own whole, of its own what is below, of those behind nothing."""
    whole = batch(
        chunk("t/0", 0, 3, 0, 1), chunk("t/1", 7, 12, 7, 8, 9, 10), chunk("t/2", 0, 1, 0)
    ).stretches
    found = cut(whole, Coordinate("t/1", 9))
    assert list(found) == ["t/0", "t/1"]
    assert found["t/0"] is whole["t/0"]
    assert (found["t/1"].ranges, offsets(found["t/1"].reading)) == ([[7, 9]], ([8], [7]))
    assert list(cut(whole, Coordinate("t/1", 7))) == ["t/0"]
