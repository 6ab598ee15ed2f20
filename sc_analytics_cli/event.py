"""The words that every layer shares: record, coordinate, event, and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Record(Protocol):
    """One message of a log as a source hands it over; nothing in it is checked yet."""

    @property
    def offset(self) -> int:
        """Place in its partition; in a file of plain events, the line number from 1."""
        ...

    @property
    def value(self) -> bytes | None:
        """The raw message; None is a tombstone."""
        ...

    @property
    def key(self) -> bytes | None:
        """The raw key; by convention the aggregate's id."""
        ...

    @property
    def timestamp(self) -> int | None:
        """Milliseconds since 1970 UTC, as the log recorded it."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """Name and raw value of each header."""
        ...


class LogRecord(NamedTuple):
    """The plain form of `Record`, for sources without an own one."""

    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp: int | None = None
    headers: Sequence[tuple[str, bytes | None]] = ()


class Coordinate(NamedTuple):
    """Where an event stands for ever: a partition's name and an offset.

    The partition is `TOPIC/NUMBER` for Kafka (and for archives of Kafka records)
    and `file:SHA256` for a file of plain events, whose offsets are line numbers.
    """

    partition: str
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def of(cls, text: str) -> Coordinate:
        """The coordinate that was written as this text."""
        partition, _, offset = text.rpartition(":")
        return cls(partition, int(offset))


class Chunk(NamedTuple):
    """Records of one partition, in offset order, and the range `[start, end)` they stand for.

    The range may be wider than the records: offsets that hold no record for us
    (transaction markers, compacted or aborted records) lie in it too. `label`
    is what a person calls the partition's topic: its name, or the file's.
    """

    partition: str
    start: int
    end: int
    records: Sequence[Record]
    label: str


class Add(NamedTuple):
    """One addition to a document: to a field, or to one `key` of a map field."""

    field: str
    amount: int
    key: str | None = None


class Fact(NamedTuple):
    """What an event says of one order: a payment, a refund or an attribution.

    `cents` is set for payments and refunds; the two ids for attributions.
    """

    order: str
    kind: str
    cents: int = 0
    community: str | None = None
    promotion: str | None = None


Effect = tuple[Add, ...] | Fact
"""What an event does: additions to its own date, or a fact for its order's journal."""


class Event(NamedTuple):
    """A checked event of one projection, reduced to what folding needs.

    `date` (YYYY-MM-DD) and `hour` ("00" to "23") are those of the reporting time zone.
    It has either additions to its own date, or a `fact` for its order's journal.
    """

    offset: int
    id: str
    date: str
    hour: str
    adds: tuple[Add, ...]
    fact: Fact | None = None


class DeadLetter(NamedTuple):
    """A record that a projection could not read, and why."""

    record: Record
    reason: str
