"""A ledger in MongoDB: event ids in segments, each one claimed by one coordinate for ever.

    {"ids": [<16 bytes>, …], "partition": "sc.domain.order/0",
     "offsets": <8 bytes each, little-endian>, "seen": …}

A segment is what one claim has taken of one partition: some hundred ids in one
document, under a unique index over the array. So the server keeps what has to be
unique (it refuses a whole segment of which any id is taken) at a fraction of the
price of a document an id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from struct import pack
from typing import Any, Final

from bson import Binary, ObjectId
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, OperationFailure

from ..event import Coordinate
from ..fold.field import Document
from .digest import digest

DUPLICATE_KEY: Final = 11000
_INDEX_OPTIONS_CONFLICT: Final = 85
_DAY: Final = 86_400
_SEGMENT: Final = 500
_ELEMENTS: Final = [b"\x05%d\x00\x10\x00\x00\x00\x00" % place for place in range(_SEGMENT)]
"""BSON of an array's element that is 16 bytes of binary, up to those bytes."""


class MongoLedger:
    """One ledger; every verb may raise what pymongo raises."""

    def __init__(self, collection: MongoCollection[Document]) -> None:
        """`collection` has the write concern of the store."""
        self._collection = collection
        self._look_first = False

    def index(self, days: int) -> None:
        """Make its two indexes where they are not there; ids are forgotten after `days`."""
        seconds = days * _DAY
        self._collection.create_index("ids", name="ids_unique", unique=True)
        try:
            self._collection.create_index("seen", name="seen_ttl", expireAfterSeconds=seconds)
        except OperationFailure as error:
            if error.code != _INDEX_OPTIONS_CONFLICT:
                raise
            change = {"name": "seen_ttl", "expireAfterSeconds": seconds}
            self._collection.database.command("collMod", self._collection.name, index=change)

    def claim(self, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim.

        Inserts first where the range is new and looks up first where ids were
        known in the last claim: a refused insert is slow.
        """
        held = self.owners(claims) if self._look_first else {}
        pending = {k: v for k, v in claims.items() if k not in held} if held else claims
        while pending:
            refused = self._insert(pending)
            found = self.owners(refused) if refused else {}
            held |= found
            pending = {each: claims[each] for each in refused if each not in found}
        self._look_first = bool(held)
        return {each: owner for each, owner in held.items() if owner != str(claims[each])}

    def owners(self, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        wanted = {digest(each): each for each in event_ids}
        owners = {}
        for segment in self._collection.find({"ids": {"$in": list(map(Binary, wanted))}}):
            offsets = segment["offsets"]
            for place, key in enumerate(segment["ids"]):
                if key in wanted:
                    offset = int.from_bytes(offsets[8 * place : 8 * place + 8], "little")
                    owners[wanted[key]] = str(Coordinate(segment["partition"], offset))
        return owners

    def _insert(self, claims: Mapping[str, Coordinate]) -> list[str]:
        """Insert the claims; returns the ids of the segments that were refused."""
        segments = list(_segments(claims))
        seen = datetime.now(UTC)
        try:
            self._collection.insert_many(
                [_document(partition, ids, offsets, seen) for partition, ids, offsets in segments],
                ordered=False,
            )
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details
            others = [e for e in details["writeErrors"] if e["code"] != DUPLICATE_KEY]
            if others or details["writeConcernErrors"]:
                raise
            return [each for at in details["writeErrors"] for each in segments[at["index"]][1]]
        return []


Segment = tuple[str, Sequence[str], Sequence[int]]
"""A partition, event ids, and the offset of each."""


def _segments(claims: Mapping[str, Coordinate]) -> Iterator[Segment]:
    by_partition: dict[str, tuple[list[str], list[int]]] = {}
    for event_id, (partition, offset) in claims.items():
        ids, offsets = by_partition.setdefault(partition, ([], []))
        ids.append(event_id)
        offsets.append(offset)
    for partition, (ids, offsets) in by_partition.items():
        for start in range(0, len(ids), _SEGMENT):
            part = slice(start, start + _SEGMENT)
            yield partition, ids[part], offsets[part]


def _document(
    partition: str, ids: Sequence[str], offsets: Sequence[int], seen: datetime
) -> RawBSONDocument:
    """A segment, written out: a dictionary and its encoding cost several times as much an id."""
    elements = b"".join([head + digest(each) for head, each in zip(_ELEMENTS, ids, strict=False)])
    name = partition.encode()
    packed = pack(f"<{len(offsets)}q", *offsets)
    body = b"".join(
        (
            b"\x07_id\x00" + ObjectId().binary,
            b"\x04ids\x00" + pack("<i", len(elements) + 5) + elements + b"\x00",
            b"\x02partition\x00" + pack("<i", len(name) + 1) + name + b"\x00",
            b"\x05offsets\x00" + pack("<i", len(packed)) + b"\x00" + packed,
            b"\x09seen\x00" + pack("<q", int(seen.timestamp() * 1000)),
            b"\x00",
        )
    )
    return RawBSONDocument(pack("<i", len(body) + 4) + body)
