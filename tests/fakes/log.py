"""A log in memory that can be asked for its bounds and read by range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sc_analytics_cli.event import Chunk, LogRecord
from sc_analytics_cli.source.port import Follower, Span


class MemoryLog:
    """Implements Source: one topic, whose partitions grow as a test appends to them.

    Offsets may leave holes, as transaction markers and compaction do.
    """

    def __init__(self, topic: str, partitions: int, topic_id: str = "id-1") -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.is_compacted = False
        self.group_members: dict[str, int] = {}
        """What `members` answers; a group that is not in it may not be looked at."""

        self._records: dict[str, list[LogRecord]] = {}
        self._spans: dict[str, Span] = {}
        for _ in range(partitions):
            self.add_partition()

    def add_partition(self) -> str:
        """Let the topic have one more partition; returns its name."""
        name = f"{self.topic}/{len(self._spans)}"
        self._records[name], self._spans[name] = [], (0, 0)
        return name

    def append(
        self, partition: str, *values: bytes | None, hole: int = 0, timestamp: int = 0
    ) -> None:
        """Append records, each after `hole` offsets without a record for us."""
        first, end = self._spans[partition]
        for value in values:
            end += hole
            self._records[partition].append(LogRecord(end, value, None, timestamp))
            end += 1
        self._spans[partition] = (first, end)

    def pad(self, partition: str, offsets: int) -> None:
        """Let the partition end in offsets without a record for us."""
        first, end = self._spans[partition]
        self._spans[partition] = (first, end + offsets)

    def delete_below(self, partition: str, first: int) -> None:
        """What retention does."""
        kept = [record for record in self._records[partition] if record.offset >= first]
        self._records[partition] = kept
        self._spans[partition] = (first, self._spans[partition][1])

    def compact_away(self, partition: str, offset: int) -> None:
        """What compaction does to one record."""
        kept = [record for record in self._records[partition] if record.offset != offset]
        self._records[partition] = kept

    def put_back(self, partition: str, offset: int, value: bytes) -> None:
        """Let the record at an offset be this one, as if it had always been."""
        (was,) = [record for record in self._records[partition] if record.offset == offset]
        self.compact_away(partition, offset)
        records = [*self._records[partition], was._replace(value=value)]
        self._records[partition] = sorted(records, key=lambda record: record.offset)

    def chunk(self, partition: str, start: int, end: int) -> Chunk:
        """The records of `[start, end)`."""
        inside = [record for record in self._records[partition] if start <= record.offset < end]
        return Chunk(partition, start, end, inside, self.topic)

    def partitions(self, topics: Iterable[str] = ()) -> list[str]:
        """See Source.partitions; without topics, all of them."""
        wanted = set(topics)
        return list(self._spans) if not wanted or self.topic in wanted else []

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """See Source.bounds."""
        return {each: self._spans[each] for each in partitions}

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """See Source.offsets_at."""
        return {
            each: next(
                (r.offset for r in self._records[each] if (r.timestamp or 0) >= milliseconds),
                self._spans[each][1],
            )
            for each in partitions
        }

    def topic_ids(self, partitions: Iterable[str]) -> dict[str, str]:
        """See Source.topic_ids."""
        return dict.fromkeys(partitions, self.topic_id)

    def compacted(self, partitions: Iterable[str]) -> set[str]:
        """See Source.compacted."""
        return set(partitions) if self.is_compacted else set()

    def first_timestamps(self, spans: Mapping[str, Span]) -> dict[str, int]:
        """See LiveSource.first_timestamps."""
        chunks = {each: self.chunk(each, *span) for each, span in spans.items()}
        return {name: c.records[0].timestamp or 0 for name, c in chunks.items() if c.records}

    def follow(self, topic: str, group: str) -> Follower:
        """See LiveSource.follow; a test makes its MemoryFollower itself."""
        raise NotImplementedError

    def members(self, groups: Iterable[str]) -> dict[str, int]:
        """See LiveSource.members."""
        return {each: self.group_members[each] for each in groups if each in self.group_members}

    def read(self, spans: Mapping[str, Span]) -> MemoryReader:
        """See Source.read."""
        return MemoryReader(self, spans)

    def close(self) -> None:
        """See Source.close."""


class MemoryReader:
    """Implements Reader."""

    def __init__(self, log: MemoryLog, spans: Mapping[str, Span]) -> None:
        self._log = log
        self._left = {name: span for name, span in spans.items() if span[0] < span[1]}

    @property
    def done(self) -> bool:
        """See Reader.done."""
        return not self._left

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Reader.poll: the first partition that has something left."""
        name, (start, stop) = next(iter(self._left.items()))
        chunk = self._log.chunk(name, start, min(stop, start + limit))
        self._left[name] = (chunk.end, stop)
        if chunk.end == stop:
            del self._left[name]
        return [chunk]

    def close(self) -> None:
        """See Reader.close."""
