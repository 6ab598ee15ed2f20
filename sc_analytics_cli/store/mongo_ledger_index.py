"""The part of a ledger whose ids tell no time: segments under a unique index over their ids.

    {"ids": [<16 bytes>, …], "partitions": ["sc.domain.order/0", …],
     "places": <2 bytes each>, "offsets": <8 bytes each>, "seen": …}

A segment is a part of what one claim has taken: some hundred ids in one document. The
server refuses a whole segment of which any id is taken, at a fraction of the price of
a document an id. The ids of a claim are in order: neighbours in the index are then
inserted one after another, which costs the server a quarter less.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from struct import pack
from typing import Final

from bson import Binary, ObjectId, encode
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError

from ..fold.field import Document
from .ledger_claim import SEGMENT, Columns, slices, unpacked
from .ledger_segment import Keys
from .mongo_errors import taken

_ELEMENTS: Final = [b"\x05%d\x00\x10\x00\x00\x00\x00" % place for place in range(SEGMENT)]
"""BSON of an array's element that is 16 bytes of binary, up to those bytes."""


class LedgerIndex:
    """One such part; every verb may raise what pymongo raises."""

    def __init__(self, collection: MongoCollection[Document]) -> None:
        """`collection` has the write concern of the store."""
        self._collection = collection
        self.looks_first = False
        """Whether the next claim looks ids up before it inserts any."""

    def index(self) -> None:
        """Make the unique index where it is not there."""
        self._collection.create_index("ids", name="ids_unique", unique=True)

    def claim(self, claims: Written) -> dict[bytes, str]:
        """Insert what nobody has; returns who owns the rest.

        Inserts first where the range is new and looks up first where ids were
        known in the last claim: a refused insert is slow.
        """
        held = self.owners(claims.claims.keys()) if self.looks_first else {}
        pending = claims.without(held)
        while pending.keys:
            refused = self._insert(pending)
            found = self.owners(frozenset(refused)) if refused else {}
            held |= found
            pending = Written({key: claims.claims[key] for key in refused if key not in found})
        self.looks_first = bool(held)
        return held

    def owners(self, keys: Keys) -> dict[bytes, str]:
        """Who owns these ids, as far as anyone does.

        An owner may be undone by a failover, since it is asked for before a majority
        has it: then its record comes again, and the id has an owner again.
        """
        owners = {}
        for segment in self._collection.find({"ids": {"$in": list(map(Binary, keys))}}):
            at = unpacked(segment)
            for place, key in enumerate(segment["ids"]):
                if key in keys:
                    owners[key] = at(place)
        return owners

    def _insert(self, claims: Written) -> list[bytes]:
        """Insert the claims; returns the keys of the segments that were refused."""
        try:
            self._collection.insert_many(claims.documents, ordered=False)
        except BulkWriteError as error:
            refused = [claims.parts[place] for place in taken(error)]
            return [key for start, stop in refused for key in claims.keys[start:stop]]
        return []


class Written(Columns):
    """Claims of ids that tell no time, and the documents they are inserted in."""

    @cached_property
    def parts(self) -> list[tuple[int, int]]:
        """What is in each document."""
        return list(slices(0, len(self.keys)))

    @cached_property
    def documents(self) -> list[RawBSONDocument]:
        """A segment each; `seen` now."""
        seen = datetime.now(UTC)
        return [
            _document(self.keys[start:stop], self.fields(start, stop) | {"seen": seen})
            for start, stop in self.parts
        ]

    def write_out(self) -> None:
        """See Columns.write_out."""
        _ = self.documents


def _document(keys: Sequence[bytes], fields: Document) -> RawBSONDocument:
    """A segment, written out: a dictionary and its encoding cost several times as much an id."""
    elements = b"".join([head + key for head, key in zip(_ELEMENTS, keys, strict=False)])
    del fields["keys"]
    body = b"".join(
        (
            b"\x07_id\x00" + ObjectId().binary,
            b"\x04ids\x00" + pack("<i", len(elements) + 5) + elements + b"\x00",
            encode(fields)[4:],
        )
    )
    return RawBSONDocument(pack("<i", len(body) + 4) + body)
