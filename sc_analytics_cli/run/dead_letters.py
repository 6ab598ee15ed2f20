"""Dead letters: records that a projection could not read, kept to be looked at and retried."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime

from ..event import DeadLetter
from ..fold.field import Document
from ..store.port import DEAD_LETTERS, Store


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


def _document(
    projection: str, partition: str, label: str, letter: DeadLetter, now: datetime
) -> Document:
    record = letter.record
    stamp = record.timestamp
    return {
        "_id": f"{projection}:{partition}:{record.offset}",
        "projection": projection,
        "topic": label,
        "partition": int(partition.rpartition("/")[2]),
        "offset": record.offset,
        "reason": letter.reason,
        "status": "open",
        "first_seen": now,
        "recorded_at": None if stamp is None or stamp < 0 else _instant(stamp),
        "key": record.key,
        "value": record.value,
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
