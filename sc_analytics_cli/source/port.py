"""What a source of records promises; every source passes one contract suite.

Partitions are named as in `Coordinate`. Offsets are half-open: `[start, end)`.
Every verb raises UnreachableError where the source is away, AuthenticationError
where it refuses us, NotThereError where what is asked for does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ..event import Chunk

Span = tuple[int, int]
"""`(start, end)`, half-open."""


class Reader(Protocol):
    """Reads given spans once, each partition in the order of its offsets."""

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """At most `limit` records, waiting at most `timeout` seconds for the first.

        The chunks of a partition leave no hole, beginning at its span's start;
        together they cover the span exactly when `done` is true. Where a file's
        own offsets go back they come in the file's order, and a chunk covers no
        offset whose record comes later.
        """
        ...

    @property
    def done(self) -> bool:
        """Whether every span has been handed over to its end."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Follower(Protocol):
    """Follows a topic as one of a consumer group, for as long as it is polled.

    Where to start is not the group's business: after each poll the caller takes
    the partitions that are new to it (`taken`) and says where each begins
    (`seek`); until then nothing of it comes.
    """

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """As in Reader; also keeps the group membership alive."""
        ...

    def ask(self) -> None:
        """Begin with what `confirm` does about all that `poll` has brought, and do not wait."""
        ...

    def confirm(self) -> None:
        """To be called before what `poll` has brought is absorbed: it is of the right topic.

        Raises NotThereError where that was deleted and created again, and
        UnreachableError where the cluster does not say: then let go of it.
        """
        ...

    def taken(self) -> set[str]:
        """Partitions given to this process since last asked."""
        ...

    def held(self) -> set[str]:
        """Partitions that this process reads now."""
        ...

    def decided(self) -> bool:
        """Whether the group has said what this process reads now; it may be nothing.

        It has not before its first answer, and while a rebalance goes on.
        """
        ...

    def ends(self) -> dict[str, int]:
        """The end of each partition that this process reads, as last heard; asks nobody."""
        ...

    def seek(self, starts: Mapping[str, int]) -> None:
        """Begin these partitions at these offsets; one that is no longer ours is passed over."""
        ...

    def rest(self, timeout: float) -> None:
        """Stay in the group for `timeout` seconds without taking any record."""
        ...

    def commit(self, positions: Mapping[str, int]) -> None:
        """Tell the group how far we are, without waiting; nothing relies on it."""
        ...

    def close(self) -> None:
        """Make the last commit known, leave the group, and let go."""
        ...


class Source(Protocol):
    """A log that can be asked for its bounds and read by range."""

    def partitions(self, topics: Iterable[str]) -> list[str]:
        """The partitions of these topics."""
        ...

    def bounds(self, partitions: Iterable[str]) -> dict[str, Span]:
        """Partition → its first offset and its end.

        The end is that of committed records (`read_committed`).
        """
        ...

    def offsets_at(self, partitions: Iterable[str], milliseconds: int) -> dict[str, int]:
        """Partition → the first offset whose timestamp is at or after; the end where none is."""
        ...

    def topic_ids(self, partitions: Iterable[str]) -> dict[str, str]:
        """Partition → the identity of its topic, as far as the log knows one.

        It changes when a topic is deleted and created again.
        """
        ...

    def compacted(self, partitions: Iterable[str]) -> set[str]:
        """Those whose records go when a later one of the same key comes, as far as that is known.

        So offsets of theirs may have been absorbed that hold nothing any more.
        """
        ...

    def read(self, spans: Mapping[str, Span]) -> Reader:
        """A reader of these spans; others may read at the same time.

        Raises NotThereError for a span that leaves the bounds of its partition.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class LiveSource(Source, Protocol):
    """A source that goes on growing and can be followed."""

    def first_timestamps(self, spans: Mapping[str, Span]) -> dict[str, int]:
        """Partition → when the first record of its span was recorded, in milliseconds.

        The spans lie within the bounds; one that holds no record is left out. As
        little as possible is read.
        """
        ...

    def follow(self, topic: str, group: str) -> Follower:
        """Join the group of this name."""
        ...

    def members(self, groups: Iterable[str]) -> dict[str, int]:
        """Group → how many follow as its members; none is joined.

        A group that we may not look at, or that nobody can tell about now, is left out.
        """
        ...
