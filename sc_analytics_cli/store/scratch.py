"""The store that a rebuild writes to: documents begin empty and go nowhere.

Kinds named `fresh` are kept in memory, empty at first. All others, the order
journals and dead letters among them, are the base's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from ..event import Coordinate
from ..fold.field import Document
from .memory import MemoryStore
from .port import Store

Absent = Callable[[str, Coordinate], bool]
"""Whether the owner of an event id, as stored in a ledger, is a record that nobody will count
again, so that the one at this coordinate has to stand for it."""


class ScratchStore:
    """Implements Store over a base.

    A claim lost to a coordinate that nobody will count again (`absent`), such
    as one of a file that was replayed once, is won by the first coordinate of
    the scan: the rebuilt document counts the event here, and once.
    """

    def __init__(
        self,
        base: Store,
        fresh: Collection[str],
        absent: Absent,
        adopted: dict[str, Coordinate],
    ) -> None:
        """`adopted` are the claims that were won so before: event id → coordinate."""
        self._base = base
        self._fresh = frozenset(fresh)
        self._absent = absent
        self._documents = MemoryStore()
        self.adopted = adopted

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        return self._at(kind).load(kind, ids)

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        return self._at(kind).swap(kind, documents)

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        return self._at(kind).remove(kind, documents)

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """See Store.scan."""
        return self._at(kind).scan(kind, first, last, fields)

    def counts(self, kind: str, *names: str) -> dict[tuple[str, ...], int]:
        """See Store.counts."""
        return self._at(kind).counts(kind, *names)

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        """See Store.prepared."""
        return self._base.prepared(ledger, claims)

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim, with the exception of the class's docstring."""
        lost = self._base.claim(ledger, claims)
        return {
            event_id: owner
            for event_id, owner in lost.items()
            if not self._adopt(event_id, claims[event_id], owner)
        }

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        return self._base.owners(ledger, event_ids)

    def atomic(self) -> AbstractContextManager[None]:
        """See Store.atomic."""
        return self._base.atomic()

    def close(self) -> None:
        """Nothing to let go of; the base belongs to the caller."""

    def _at(self, kind: str) -> Store:
        return self._documents if kind in self._fresh else self._base

    def _adopt(self, event_id: str, at: Coordinate, owner: str) -> bool:
        return self._absent(owner, at) and self.adopted.setdefault(event_id, at) == at
