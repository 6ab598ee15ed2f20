"""Dead letters: records that a projection could not read, kept to be looked at and retried."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from ..event import Coordinate, DeadLetter, Record
from ..fold.field import Document
from ..store.port import DEAD_LETTERS, LAST, Store

OPEN: Final = "open"

MAX_KEPT_BYTES: Final = 8 * 1024 * 1024
"""Of a longer value the beginning is kept: a document of MongoDB holds 16 MB at most."""

MAX_KEPT_BESIDE: Final = 1024 * 1024
"""The same for a key; of headers, as many are kept as have no more than this together."""


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


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Projection → status (`open`, `retried`, `discarded`, …) → how many; cheap."""
    found: dict[str, dict[str, int]] = {}
    for (projection, status), count in sorted(
        store.counts(DEAD_LETTERS, "projection", "status").items()
    ):
        found.setdefault(projection, {})[status] = count
    return found


def listed(store: Store, projection: str) -> Iterator[Document]:
    """The projection's dead letters, closed ones too."""
    prefix = f"{projection}:"
    return store.scan(DEAD_LETTERS, prefix, prefix + LAST)


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
        "key": None if record.key is None else record.key[:MAX_KEPT_BESIDE],
        "value": kept,
        "value_bytes": None if record.value is None else len(record.value),
        "headers": _headers(record),
    }


def _headers(record: Record) -> list[Document]:
    kept, left = [], MAX_KEPT_BESIDE
    for name, value in record.headers:
        left -= len(name) + len(value or b"")
        if left < 0:
            break
        kept.append({"name": name, "base64": None if value is None else b64encode(value).decode()})
    return kept


def _instant(milliseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
