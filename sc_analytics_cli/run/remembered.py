"""The documents that a flush has written last, so that the next one need not load them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..fold.field import Document

MOST_DOCUMENTS: Final = 64
MOST_ENTRIES: Final = 200_000
"""Of all maps together: where dates have very many communities, fewer dates are kept."""


class Remembered:
    """Documents by date; the newest stay, within the two bounds."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def get(self, date: str) -> Document | None:
        """The document of a date as it was written or loaded last; None where it is not kept."""
        return self._documents.get(date)

    def missing(self, dates: Iterable[str]) -> list[str]:
        """Those that are not kept."""
        return [date for date in dates if date not in self._documents]

    def loaded(self, documents: Mapping[str, Document]) -> None:
        """Keep these, whatever the bounds, until the next `written`."""
        self._documents |= documents

    def written(self, documents: Iterable[Document], revs: Mapping[str, str]) -> None:
        """Keep what was swapped, under its new `rev`; forget what another writer has changed."""
        for document in documents:
            date = document["_id"]
            self._documents.pop(date, None)
            if date in revs:
                self._documents[date] = document | {"rev": revs[date]}
        room = MOST_ENTRIES
        for number, date in enumerate(reversed(list(self._documents))):
            room -= _entries(self._documents[date])
            if number >= MOST_DOCUMENTS or (number and room < 0):
                del self._documents[date]

    def clear(self) -> None:
        """Forget all."""
        self._documents.clear()


def _entries(document: Document) -> int:
    return sum(len(value) for value in document.values() if isinstance(value, dict))
