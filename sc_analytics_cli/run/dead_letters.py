"""Dead letters: records that a projection could not read, kept to be looked at and retried."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from ..event import Coordinate, DeadLetter, Record
from ..fold.field import Document
from ..fold.ranges import Range, contains
from ..store.port import DEAD_LETTERS, LAST, Store

OPEN: Final = "open"
DISCARDED: Final = "discarded"
UNCOUNTED: Final = frozenset({OPEN, DISCARDED})
"""Of these nothing was counted: whoever can read one may still count it, and closes it then."""

ABSORBED: Final = "absorbed"
"""The status of a record that an earlier version could read and has counted; nothing is missing."""

MAX_KEPT_BYTES: Final = 8 * 1024 * 1024
"""Of a longer value the beginning is kept: a document of MongoDB holds 16 MB at most."""

MAX_KEPT_BESIDE: Final = 1024 * 1024
"""The same for a key; of headers, as many are kept as have no more than this together."""


AbsorbedBefore = Callable[[str], Sequence[Range]]
"""Partition → the ranges that were absorbed before this run came upon it."""


class Letters:
    """The dead letters of one projection, as its flush sees them."""

    def __init__(self, store: Store, projection: str, absorbed_before: AbsorbedBefore) -> None:
        self._store = store
        self._projection = projection
        self._absorbed_before = absorbed_before
        self._known: dict[str, tuple[frozenset[int], Sequence[Range]]] = {}

    def forget(self, partition: str | None = None) -> None:
        """Look a partition up again when it is next asked for; by default all of them."""
        if partition is None:
            self._known.clear()
        else:
            self._known.pop(partition, None)

    def unread(self, partition: str) -> frozenset[int]:
        """The offsets that documents may have in their ranges without counting them.

        Those that are listed, whatever became of them since. A record that this
        run lists itself is not among them: it cannot read it the next time either.
        """
        return self._at(partition)[0]

    def keep(self, letters: Iterable[tuple[str, str, DeadLetter]], now: datetime) -> None:
        """List (partition, label, letter) triples, each once.

        Its identity is projection and coordinate, so reading the log again lists
        nothing twice. What is absorbed and was not listed then could be read then:
        it is listed as `absorbed`, until a rebuild leaves it out.
        """
        documents = {}
        for partition, label, letter in letters:
            document = _document(self._projection, partition, label, letter, now)
            if contains(self._at(partition)[1], letter.record.offset):
                document["status"] = ABSORBED
            documents[document["_id"]] = document
        known = self._store.load(DEAD_LETTERS, list(documents))
        changed = [each for key, each in documents.items() if key not in known]
        changed += [
            each | {"status": OPEN}
            for key, each in known.items()
            if each["status"] == ABSORBED and documents[key]["status"] == OPEN
        ]
        self._store.swap(DEAD_LETTERS, changed)

    def _at(self, partition: str) -> tuple[frozenset[int], Sequence[Range]]:
        if partition not in self._known:
            prefix = f"{self._projection}:{partition}:"
            listed = self._store.scan(DEAD_LETTERS, prefix, prefix + LAST, fields=["status"])
            unread = frozenset(
                int(each["_id"].removeprefix(prefix))
                for each in listed
                if each["status"] != ABSORBED
            )
            self._known[partition] = unread, self._absorbed_before(partition)
        return self._known[partition]


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Projection → status (`open`, `retried`, `discarded`, …) → how many; cheap."""
    found: dict[str, dict[str, int]] = {}
    for (projection, status), count in sorted(
        store.counts(DEAD_LETTERS, "projection", "status").items()
    ):
        found.setdefault(projection, {})[status] = count
    return found


def status_of(store: Store, projection: str, at: Coordinate) -> str | None:
    """What is listed of the record there; None where it is no dead letter."""
    identity = f"{projection}:{at}"
    found = store.load(DEAD_LETTERS, [identity]).get(identity)
    return None if found is None else str(found["status"])


def coordinate_of(letter: Document) -> Coordinate:
    """Where the record stands."""
    return Coordinate.of(letter["_id"].removeprefix(letter["projection"] + ":"))


def close(
    store: Store, projection: str, coordinates: Iterable[Coordinate], status: str, now: datetime
) -> None:
    """Give those of these that are not counted another status; the others stay as they are."""
    _restate(
        store,
        projection,
        coordinates,
        lambda letter: (
            {"status": status, "closed_at": now}
            if letter["status"] in UNCOUNTED and letter["status"] != status
            else None
        ),
    )


def still_absorbed(
    store: Store,
    projection: str,
    coordinates: Iterable[Coordinate],
    counted: Callable[[Document], bool],
) -> None:
    """List those of the open ones that are `counted` as absorbed: a document counts them still."""
    _restate(
        store,
        projection,
        coordinates,
        lambda letter: (
            {"status": ABSORBED} if letter["status"] == OPEN and counted(letter) else None
        ),
    )


def _restate(
    store: Store,
    projection: str,
    coordinates: Iterable[Coordinate],
    change: Callable[[Document], Document | None],
) -> None:
    """Change these letters, whoever else writes them; `change` gives the fields, None for none."""
    pending = [f"{projection}:{at}" for at in coordinates]
    while pending:
        letters = store.load(DEAD_LETTERS, pending).values()
        changed = [each | fields for each in letters if (fields := change(each)) is not None]
        written = store.swap(DEAD_LETTERS, changed)
        pending = [each["_id"] for each in changed if each["_id"] not in written]


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
