"""Step 4 of the flush: events to additions per date and partition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple, Protocol

from ..event import Add


class Adding(Protocol):
    """The additions that the event at `offset` makes to one date.

    `hour` is the business hour of the additions that are kept by hour as well.
    An event that needs no journal is one itself.
    """

    @property
    def offset(self) -> int:
        """Where the event stands in its partition."""
        ...

    @property
    def date(self) -> str:
        """YYYY-MM-DD."""
        ...

    @property
    def hour(self) -> str:
        """From "00" to "23"."""
        ...

    @property
    def adds(self) -> tuple[Add, ...]:
        """In any order."""
        ...


class Posting(NamedTuple):
    """The plain form of `Adding`, for what follows from a journal."""

    offset: int
    date: str
    hour: str
    adds: tuple[Add, ...]


Entry = tuple[str, tuple[Add, ...]]
"""An hour and what is added in it."""


_OFFSET: Callable[[Adding], int] = attrgetter("offset")
_ENTRY: Callable[[Adding], Entry] = attrgetter("hour", "adds")


@dataclass
class Delta:
    """What one partition's stretch of events adds to one date.

    The postings are kept beside their sum: where a document has absorbed a part
    of them already, the rest is summed again.
    """

    postings: list[Adding] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The lowest offset that adds anything."""
        return min(map(_OFFSET, self.postings))

    @property
    def last(self) -> int:
        """The highest offset that adds anything."""
        return max(map(_OFFSET, self.postings))

    def entries(self) -> Counter[Entry]:
        """How often each (hour, additions) occurs."""
        return Counter(map(_ENTRY, self.postings))


Deltas = dict[str, dict[str, Delta]]
"""Date → partition → delta."""


def fold(postings: Iterable[tuple[str, Adding]]) -> Deltas:
    """Group (partition, posting) pairs; a posting that adds nothing leaves no trace."""
    deltas: Deltas = {}
    for partition, posting in postings:
        if not posting.adds:
            continue
        by_partition = deltas.get(posting.date)
        if by_partition is None:
            by_partition = deltas[posting.date] = {}
        delta = by_partition.get(partition)
        if delta is None:
            delta = by_partition[partition] = Delta()
        delta.postings.append(posting)
    return deltas
