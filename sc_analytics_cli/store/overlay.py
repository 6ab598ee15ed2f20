"""A store laid over another: reads through, keeps every write to itself.

A dry run is an ordinary run on an overlay; what it changed is then read off.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from heapq import merge
from operator import itemgetter

from ..event import Coordinate
from ..fold.field import Document
from .memory import MemoryStore
from .port import Store


class OverlayStore:
    """Answers like `base` would after the writes made here; `base` is only read.

    A document is copied from `base` when first asked for and not looked up again,
    so that compare-and-swap has one consistent picture.
    """

    def __init__(self, base: Store) -> None:
        self.base = base
        """What is below, as others write it."""

        self._top = MemoryStore()
        self._fetched: dict[str, dict[str, str | None]] = defaultdict(dict)
        """Kind → `_id` → the `rev` it had in `base`, None where it was not there."""

    def changed(self, kind: str) -> Iterator[tuple[Document | None, Document | None]]:
        """Each document that was changed here, as (before, after), in the order of `_id`.

        `before` is what `base` holds now: others may have written there meanwhile.
        """
        ids = sorted(self._fetched[kind])
        before, after = self.base.load(kind, ids), self._top.load(kind, ids)
        for key in ids:
            if after.get(key, {}).get("rev") != self._fetched[kind][key]:
                yield before.get(key), after.get(key)

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        self._fetch(kind, ids)
        return self._top.load(kind, ids)

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        self._fetch(kind, [document["_id"] for document in documents])
        return self._top.swap(kind, documents)

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        self._fetch(kind, [document["_id"] for document in documents])
        return self._top.remove(kind, documents)

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """See Store.scan."""
        mine = frozenset(self._fetched[kind])
        theirs = (
            each for each in self.base.scan(kind, first, last, fields) if each["_id"] not in mine
        )
        ours = (each for each in self._top.scan(kind, first, last, fields) if each["_id"] in mine)
        return merge(theirs, ours, key=itemgetter("_id"))

    def counts(self, kind: str, *names: str) -> dict[tuple[str, ...], int]:
        """See Store.counts."""
        return Counter(tuple(each[name] for name in names) for each in self.scan(kind))

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        """See Store.prepared."""
        return claims

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        self._fetch_owners(ledger, claims)
        return self._top.claim(ledger, claims)

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        self._fetch_owners(ledger, event_ids)
        return self._top.owners(ledger, event_ids)

    def atomic(self) -> AbstractContextManager[None]:
        """See Store.atomic."""
        return nullcontext()

    def close(self) -> None:
        """Close the store below."""
        self.base.close()

    def _fetch(self, kind: str, ids: Collection[str]) -> None:
        missing = [each for each in ids if each not in self._fetched[kind]]
        if missing:
            self._keep(kind, missing, self.base.load(kind, missing))

    def _keep(self, kind: str, ids: Collection[str], found: Mapping[str, Document]) -> None:
        self._top.put(kind, found.values())
        self._fetched[kind].update({each: found.get(each, {}).get("rev") for each in ids})

    def _fetch_owners(self, ledger: str, event_ids: Collection[str]) -> None:
        known = self._top.owners(ledger, event_ids)
        missing = [each for each in event_ids if each not in known]
        if missing:
            self._top.own(ledger, self.base.owners(ledger, missing))
