"""A ledger in MongoDB: event ids, each one claimed by one coordinate for ever.

Its ids are in one of two places, which hangs on the id alone. Those that tell when they
were made (UUIDs of version 7) are in a log of segments (mongo_ledger_log.py), which
costs the server a seventh; the rest is under a unique index over ids
(mongo_ledger_index.py). Either forgets whole segments, some days after they were made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Final, TypeVar

from pymongo.collection import Collection as MongoCollection
from pymongo.errors import OperationFailure

from ..event import Coordinate
from ..fold.field import Document
from .ledger_key import all_tell_time, keys_of, tells_time
from .ledger_segment import Timed
from .mongo_ledger_index import LedgerIndex, Written
from .mongo_ledger_log import LedgerLog

_LOG: Final = "log"
LOG: Final = f".{_LOG}"
"""What the collection of the log is called by, behind the name of the ledger: no projection, and
so no other ledger, has a dot in its name."""

Content = TypeVar("Content")

_INDEX_OPTIONS_CONFLICT: Final = 85
_DAY: Final = 86_400


class MongoLedger:
    """One ledger; every verb may raise what pymongo raises."""

    def __init__(self, collection: MongoCollection[Document]) -> None:
        """`collection` has the write concern of the store, and the name of the ledger."""
        self._collections = (collection, collection[_LOG])
        self._index = LedgerIndex(collection)
        self._log = LedgerLog(self._collections[1])

    @property
    def looks_first(self) -> bool:
        """Whether ids that tell no time are looked up before they are inserted."""
        return self._index.looks_first

    def index(self, days: int) -> None:
        """Make its indexes where they are not there; ids are forgotten after `days`."""
        self._index.index()
        self._log.index()
        for each in self._collections:
            _forget(each, days * _DAY)

    def claim(self, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        prepared = claims if isinstance(claims, Prepared) else Prepared(claims)
        held = self._log.claim(prepared.timed) if prepared.timed.keys else {}
        if prepared.others.keys:
            held |= self._index.claim(prepared.others)
        owners = {prepared.ids[key]: owner for key, owner in held.items()}
        return {each: owner for each, owner in owners.items() if owner != str(claims[each])}

    def owners(self, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        ids = dict(zip(keys_of(event_ids), event_ids, strict=True))
        timed, others = _apart(ids)
        held = self._log.owners(timed) if timed else {}
        if others:
            held |= self._index.owners(others.keys())
        return {ids[key]: owner for key, owner in held.items()}


class Prepared(dict[str, Coordinate]):
    """Claims, with the keys of their ids: those of the log, and the others."""

    def __init__(self, claims: Mapping[str, Coordinate]) -> None:
        super().__init__(claims)
        self._keys = keys_of(claims)
        timed, others = _apart(dict(zip(self._keys, claims.values(), strict=True)))
        self.timed = Timed(timed)
        self.others = Written(others)

    @cached_property
    def ids(self) -> dict[bytes, str]:
        """The ids by their keys."""
        return dict(zip(self._keys, self, strict=True))


def _apart(keyed: dict[bytes, Content]) -> tuple[dict[bytes, Content], dict[bytes, Content]]:
    """What is of the log, and what of the index."""
    if all_tell_time(keyed):
        return keyed, {}
    others = {key: content for key, content in keyed.items() if not tells_time(key)}
    return {key: content for key, content in keyed.items() if key not in others}, others


def _forget(collection: MongoCollection[Document], seconds: int) -> None:
    """Let the server forget what was seen so many seconds ago."""
    try:
        collection.create_index("seen", name="seen_ttl", expireAfterSeconds=seconds)
    except OperationFailure as error:
        if error.code != _INDEX_OPTIONS_CONFLICT:
            raise
        change = {"name": "seen_ttl", "expireAfterSeconds": seconds}
        collection.database.command("collMod", collection.name, index=change)
