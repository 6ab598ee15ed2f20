"""Reading a source to its end, and holding what came against what a reader promises."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sc_analytics_cli.event import Chunk, Record
from sc_analytics_cli.source.port import Reader, Source, Span

PATIENCE = 20.0
"""Seconds after which reading is taken for endless."""

HASTE = 2.0
"""Seconds after which the source of the fixture `hasty` gives up."""


class Plain(NamedTuple):
    """All that a record carries, for comparing records of different sources."""

    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp: int | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def plain(record: Record) -> Plain:
    """Any source's record in comparable form."""
    headers = tuple((name, value) for name, value in record.headers)
    return Plain(record.offset, record.value, record.key, record.timestamp, headers)


def read_all(
    reader: Reader,
    limit: int = 1000,
    *,
    patience: float = PATIENCE,
    into: list[Chunk] | None = None,
) -> list[Chunk]:
    """Poll until `done`; no poll may bring more than `limit` records.

    Where an error is to end it, `into` holds what came before.
    """
    deadline, chunks = time.monotonic() + patience, [] if into is None else into
    while not reader.done:
        assert time.monotonic() < deadline, f"not done after {patience:g} s: {shapes(chunks)}"
        polled = reader.poll(0.25, limit)
        assert sum(len(chunk.records) for chunk in polled) <= limit
        chunks += polled
    return chunks


def read_spans(source: Source, spans: Mapping[str, Span], limit: int = 1000) -> list[Chunk]:
    """Read spans to their ends and check that the chunks stand for exactly them."""
    reader = source.read(spans)
    try:
        chunks = read_all(reader, limit)
    finally:
        reader.close()
    assert_cover(chunks, spans)
    return chunks


def read_whole(source: Source, topic: str, limit: int = 1000) -> list[Chunk]:
    """Read everything that there is of a topic."""
    return read_spans(source, source.bounds(source.partitions([topic])), limit)


def by_partition(chunks: Iterable[Chunk]) -> dict[str, list[Chunk]]:
    """Chunks in the order in which they came, for each partition that has any."""
    found: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        found.setdefault(chunk.partition, []).append(chunk)
    return found


def records_of(chunks: Iterable[Chunk]) -> dict[str, list[Plain]]:
    """The records of each partition that has any."""
    return {
        name: records
        for name, own in by_partition(chunks).items()
        if (records := [plain(record) for chunk in own for record in chunk.records])
    }


def values(chunks: Iterable[Chunk]) -> list[bytes | None]:
    """The values of the only partition there is, in order."""
    (records,) = records_of(chunks).values()
    return [record.value for record in records]


def offsets(chunks: Iterable[Chunk]) -> list[int]:
    """The offsets of the records, in the order in which they came."""
    return [record.offset for chunk in chunks for record in chunk.records]


def assert_sound(chunk: Chunk) -> None:
    """A chunk stands for some offsets, and its records rise within them."""
    at = [record.offset for record in chunk.records]
    assert chunk.start < chunk.end, shapes([chunk])
    assert all(chunk.start <= offset < chunk.end for offset in at), shapes([chunk])
    assert all(before < after for before, after in pairwise(at)), at


def assert_cover(chunks: Sequence[Chunk], spans: Mapping[str, Span]) -> None:
    """The chunks of each partition follow each other without a hole, from start to end."""
    found = by_partition(chunks)
    assert set(found) == {name for name, (start, end) in spans.items() if start < end}
    for name, own in found.items():
        for chunk in own:
            assert_sound(chunk)
        start, end = spans[name]
        assert [chunk.start for chunk in own] == [start, *(chunk.end for chunk in own[:-1])]
        assert own[-1].end == end


def shapes(chunks: Iterable[Chunk]) -> list[tuple[str, int, int, int]]:
    """Partition, start, end and number of records: enough to see what went wrong."""
    return [(each.partition, each.start, each.end, len(each.records)) for each in chunks]
