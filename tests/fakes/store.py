"""A store in memory that something may happen to between any two of its writes and reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.store.memory import MemoryStore


def _nothing() -> None:
    pass


class FrailStore(MemoryStore):
    """Calls `between` before and after every single effect.

    A swap of several documents, or a claim of several ids, is as many effects:
    a server may die in the middle of either. What `between` raises leaves the
    store as it is at that instant, so raising after an effect is an ambiguous error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.between: Callable[[], None] = _nothing

    def at(self, instant: int, happens: Callable[[], object]) -> None:
        """Let something happen once, at the instant of this number from now on.

        What it does itself to the store is not disturbed.
        """
        left = instant

        def between() -> None:
            nonlocal left
            if left == 0:
                self.between = _nothing
                happens()
            left -= 1

        self.between = between

    def calm(self) -> None:
        """Let nothing happen any more."""
        self.between = _nothing

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        self.between()
        found = super().load(kind, ids)
        self.between()
        return found

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """See Store.scan; nothing happens to those who only look."""
        between, self.between = self.between, _nothing
        try:
            return iter(list(super().scan(kind, first, last)))
        finally:
            self.between = between

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        written: dict[str, str] = {}
        for document in documents:
            self.between()
            written |= super().swap(kind, [document])
            self.between()
        return written

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        removed: set[str] = set()
        for document in documents:
            self.between()
            removed |= super().remove(kind, [document])
            self.between()
        return removed

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        lost: dict[str, str] = {}
        for event_id, at in claims.items():
            self.between()
            lost |= super().claim(ledger, {event_id: at})
            self.between()
        return lost
