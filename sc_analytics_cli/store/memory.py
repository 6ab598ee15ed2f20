"""The store in memory: the specification that every other store is held to."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from secrets import token_hex

from ..event import Coordinate
from ..fold.field import Document


def new_rev() -> str:
    """A revision that no write had before, so that a stale writer can never match it again."""
    return token_hex(8)


def only(document: Document, fields: Collection[str] | None) -> Document:
    """What `Store.scan` yields of a document."""
    if fields is None:
        return document
    return {name: value for name, value in document.items() if name == "_id" or name in fields}


class MemoryStore:
    """Documents in dictionaries; safe for many threads, gone with the process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._documents: dict[str, dict[str, Document]] = defaultdict(dict)
        self._ledgers: dict[str, dict[str, str]] = defaultdict(dict)

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        with self._lock:
            stored = self._documents[kind]
            return {each: deepcopy(stored[each]) for each in ids if each in stored}

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        written = {}
        with self._lock:
            stored = self._documents[kind]
            for document in documents:
                key = document["_id"]
                if stored.get(key, {}).get("rev") == document.get("rev"):
                    written[key] = new_rev()
                    stored[key] = deepcopy(document) | {"rev": written[key]}
        return written

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        removed = set()
        with self._lock:
            stored = self._documents[kind]
            for document in documents:
                key = document["_id"]
                if key in stored and stored[key].get("rev") == document.get("rev"):
                    del stored[key]
                    removed.add(key)
        return removed

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """See Store.scan."""
        with self._lock:
            keys = sorted(self._documents[kind])
        wanted = [key for key in keys if first <= key and (last is None or key <= last)]
        for key in wanted:
            for document in self.load(kind, [key]).values():
                yield only(document, fields)

    def counts(self, kind: str, *names: str) -> dict[tuple[str, ...], int]:
        """See Store.counts."""
        with self._lock:
            stored = self._documents[kind].values()
            return Counter(tuple(each[name] for name in names) for each in stored)

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        """See Store.prepared."""
        return claims

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        lost = {}
        with self._lock:
            owned = self._ledgers[ledger]
            for event_id, coordinate in claims.items():
                owner = owned.setdefault(event_id, str(coordinate))
                if owner != str(coordinate):
                    lost[event_id] = owner
        return lost

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        with self._lock:
            owned = self._ledgers[ledger]
            return {each: owned[each] for each in event_ids if each in owned}

    def put(self, kind: str, documents: Iterable[Document]) -> None:
        """Take documents as they are, with the `rev` they carry."""
        with self._lock:
            self._documents[kind].update({each["_id"]: deepcopy(each) for each in documents})

    def own(self, ledger: str, owners: Mapping[str, str]) -> None:
        """Take ledger entries as they are."""
        with self._lock:
            self._ledgers[ledger].update(owners)

    def atomic(self) -> AbstractContextManager[None]:
        """See Store.atomic; every verb stands by itself here."""
        return nullcontext()

    def close(self) -> None:
        """Nothing to let go of."""
