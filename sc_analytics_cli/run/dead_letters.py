"""Dead letters: records that a projection could not read, kept to be looked at and retried."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from ..event import Coordinate, DeadLetter
from ..fold.field import Document
from ..store.port import DEAD_LETTERS, LAST, Store

OPEN: Final = "open"

MAX_KEPT_BYTES: Final = 8 * 1024 * 1024
"""Of a longer value the beginning is kept: a document of MongoDB holds 16 MB at most."""


def keep(
    store: Store,
    projection: str,
    letters: Iterable[tuple[str, str, DeadLetter]],
    now: datetime,
) -> None:
    """Store (partition, label, letter) triples, each once.

    Its identity is projection and coordinate, so reading the log again lists
    nothing twice and changes nothing of what is stored.
    """
    documents = [_document(projection, *each, now) for each in letters]
    known = store.load(DEAD_LETTERS, [document["_id"] for document in documents])
    store.swap(DEAD_LETTERS, [each for each in documents if each["_id"] not in known])


def listed(store: Store, projection: str) -> Iterator[Document]:
    """The projection's dead letters, closed ones too."""
    prefix = f"{projection}:"
    return store.scan(DEAD_LETTERS, prefix, prefix + LAST)


def count_open(store: Store, projection: str) -> int:
    """How many of the projection's dead letters are open."""
    return sum(each["status"] == OPEN for each in listed(store, projection))


def coordinate_of(letter: Document) -> Coordinate:
    """Where the record stands."""
    partition, _, offset = letter["_id"].removeprefix(letter["projection"] + ":").rpartition(":")
    return Coordinate(partition, int(offset))


def close(
    store: Store, projection: str, coordinates: Iterable[Coordinate], status: str, now: datetime
) -> None:
    """Give the open ones among these another status; one that is closed stays as it is."""
    pending = [f"{projection}:{at}" for at in coordinates]
    while pending:
        letters = store.load(DEAD_LETTERS, pending).values()
        closed = [
            each | {"status": status, "closed_at": now}
            for each in letters
            if each["status"] == OPEN
        ]
        written = store.swap(DEAD_LETTERS, closed)
        pending = [each["_id"] for each in closed if each["_id"] not in written]


def _document(
    projection: str, partition: str, label: str, letter: DeadLetter, now: datetime
) -> Document:
    record = letter.record
    stamp = record.timestamp
    kept = None if record.value is None else record.value[:MAX_KEPT_BYTES]
    return {
        "_id": f"{projection}:{partition}:{record.offset}",
        "projection": projection,
        "topic": label,
        "partition": int(partition.rpartition("/")[2]),
        "offset": record.offset,
        "reason": letter.reason,
        "status": OPEN,
        "first_seen": now,
        "recorded_at": None if stamp is None or stamp < 0 else _instant(stamp),
        "key": record.key,
        "value": kept,
        "value_bytes": None if record.value is None else len(record.value),
        "headers": [
            {"name": name, "base64": None if value is None else b64encode(value).decode()}
            for name, value in record.headers
        ],
    }


def _instant(milliseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
