"""What a store promises. `memory.py` is the specification; every store passes one contract suite.

A store holds documents by kind (a collection or table name) and ledgers of event
ids. It knows nothing of what is in them. Any number of processes may use it at
the same time; nothing here is a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from ..event import Coordinate
from ..fold.field import Document

CHECKPOINTS: Final = "analytics_checkpoints"
DEAD_LETTERS: Final = "analytics_dead_letters"
RUNS: Final = "analytics_runs"
SETTINGS: Final = "analytics_settings"

LAST: Final = "\U0010ffff"
"""Behind every other character: ends a scan of all ids with a prefix."""


class Store(Protocol):
    """Every verb raises UnreachableError where the outcome is unknown or the store is away.

    After that the caller may simply start again from `load`: repeating any verb
    is safe.
    """

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """The documents of these `_id`s that exist, each with the `rev` of its last write."""
        ...

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """Compare and swap: write each document whose stored `rev` is still its own.

        A document without `rev` is written only where there is none of its `_id`.
        Each is written whole or not at all. Returns `_id` → new `rev` of those
        written; the others lost a race: load them again. A `rev` never comes back.
        """
        ...

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """Remove each document whose stored `rev` is still its own; returns the `_id`s removed."""
        ...

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """The documents with first ≤ `_id` ≤ last, in the order of `_id` by code point.

        With `fields`, each has only its `_id` and those of these fields that it has.
        """
        ...

    def counts(self, kind: str, *names: str) -> dict[tuple[str, ...], int]:
        """How many documents there are of each combination of these fields, all of them texts.

        The documents stay where they are: cheap, whatever their size.
        """
        ...

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        """The same claims, with the work done that `claim` can do without asking anybody.

        May be called while another thread is within any verb.
        """
        ...

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """Claim event ids, each for a coordinate; returns id → owner of the claims lost.

        The first claim of an id wins for ever (or until the ledger forgets it);
        claiming again from the same coordinate wins again.
        """
        ...

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """Who owns these event ids, as far as anyone does; claims nothing."""
        ...

    def atomic(self) -> AbstractContextManager[None]:
        """A stretch that a store may make durable at one stroke.

        A store that cannot promises each verb by itself, which is enough.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
