"""What is left at the head of a log that retention has cut, and when it was recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import UTC, datetime

from ..event import Record
from ..source.port import Source, Span

_POLL_SECONDS = 0.5


def first_times(source: Source, partitions: Collection[str]) -> dict[str, datetime]:
    """Partition → when its first record that is still there was recorded, where that is known."""
    return times_of(source, source.bounds(partitions))


def times_of(source: Source, spans: Mapping[str, Span]) -> dict[str, datetime]:
    """Partition → when the first record of its span was recorded, where that is known."""
    firsts = {each: _first_record(source, each, span) for each, span in spans.items()}
    return {
        each: datetime.fromtimestamp(record.timestamp / 1000, UTC)
        for each, record in firsts.items()
        if record is not None and record.timestamp is not None and record.timestamp >= 0
    }


def _first_record(source: Source, partition: str, span: Span) -> Record | None:
    if span[0] == span[1]:
        return None
    with closing(source.read({partition: span})) as reader:
        while not reader.done:
            for chunk in reader.poll(_POLL_SECONDS, 1):
                for record in chunk.records:
                    return record
    return None
