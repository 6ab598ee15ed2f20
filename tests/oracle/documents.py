"""The documents that a log must lead to, by the event contract alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from .counting import OrderFunnel, UserLifecycle
from .decode import MalformedError, read_event, read_object, read_type
from .revenue import Revenue
from .tally import business_hour

USER_TOPIC = "sc.domain.user"
ORDER_TOPIC = "sc.domain.order"
TOPIC_OF = {
    "user-lifecycle": USER_TOPIC,
    "order-funnel": ORDER_TOPIC,
    "revenue": ORDER_TOPIC,
}
"""The topic that each projection reads."""

Coordinate = tuple[str, int, int]
"""Topic, partition, offset."""


@dataclass(frozen=True)
class LogRecord:
    """One record of the log; a value of None is a tombstone."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp_ms: int = 0

    @property
    def coordinate(self) -> Coordinate:
        """Where the record stands, which tells a redelivery from a duplicate."""
        return (self.topic, self.partition, self.offset)


@dataclass
class Expected:
    """What one projection makes of a log.

    Each record that is no redelivery is in exactly one of `dead_letters`,
    `duplicates`, `skipped` (tombstones and unlisted types) and `counted`
    (sound events met for the first time, those without effect included).
    """

    documents: dict[str, dict[str, object]] = field(default_factory=dict)
    dead_letters: dict[Coordinate, str] = field(default_factory=dict)
    duplicates: int = 0
    skipped: int = 0
    counted: int = 0


def expected(
    projection: str,
    records: Iterable[LogRecord],
    *,
    timezone: str = "UTC",
    leader_roles: frozenset[str] = frozenset({"leader"}),
    currency: str | None = None,
) -> Expected:
    """Work out what a projection makes of its topic's records, given in order of arrival."""
    zone = ZoneInfo(timezone)
    rules = _rules(projection, leader_roles, currency)
    result = Expected()
    seen_coordinates: set[Coordinate] = set()
    seen_ids: set[str] = set()
    for record in records:
        if record.coordinate in seen_coordinates:
            continue
        seen_coordinates.add(record.coordinate)
        if record.value is None:
            result.skipped += 1
            continue
        try:
            fields = read_object(record.value)
            if read_type(fields) not in rules.types:
                result.skipped += 1
                continue
            event = read_event(fields)
            effect = rules.read(event)
        except MalformedError as problem:
            result.dead_letters[record.coordinate] = str(problem)
            continue
        # Only now, as a malformed copy is a dead letter and not a duplicate.
        if event.id in seen_ids:
            result.duplicates += 1
            continue
        seen_ids.add(event.id)
        result.counted += 1
        effect(business_hour(event.at, zone))
    result.documents = rules.documents()
    return result


def _rules(
    projection: str, leader_roles: frozenset[str], currency: str | None
) -> UserLifecycle | OrderFunnel | Revenue:
    if projection == "user-lifecycle":
        return UserLifecycle(leader_roles)
    if projection == "order-funnel":
        return OrderFunnel()
    if projection == "revenue":
        return Revenue(currency)
    raise ValueError(f"no projection is called {projection!r}")


def lines_of(path: Path) -> Iterator[LogRecord]:
    """Read an NDJSON file as a log: the file is the topic, the line number the offset.

    Lines are numbered from 1; blank ones are skipped, but have a number.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield LogRecord(str(path), 0, number, line.rstrip(b"\r\n"))
