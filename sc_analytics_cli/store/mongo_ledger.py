"""A ledger in MongoDB: event ids in segments, each one claimed by one coordinate for ever.

    {"ids": [<16 bytes>, …], "partitions": ["sc.domain.order/0", …],
     "places": <2 bytes each>, "offsets": <8 bytes each>, "seen": …}

A segment is a part of what one claim has taken: some hundred ids in one document,
under a unique index over the array; `places` and `offsets` (little-endian) say for
each id which of the partitions it stands in, and where. So the server keeps what has
to be unique (it refuses a whole segment of which any id is taken) at a fraction of
the price of a document an id. The ids of a claim are in order: neighbours in the
index are then inserted one after another, which costs the server a quarter less.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from struct import pack, unpack
from typing import Any, Final

from bson import Binary, ObjectId, encode
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, OperationFailure

from ..event import Coordinate
from ..fold.field import Document
from .ledger_key import key_of

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
        self.looks_first = False
        """Whether the next claim looks ids up before it inserts any."""

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
        held = self._owners(_keyed(claims)) if self.looks_first else {}
        pending = {k: v for k, v in claims.items() if k not in held} if held else claims
        while pending:
            refused = self._insert(pending)
            found = self._owners(refused) if refused else {}
            held |= found
            pending = {each: claims[each] for each in refused.values() if each not in found}
        self.looks_first = bool(held)
        return {each: owner for each, owner in held.items() if owner != str(claims[each])}

    def owners(self, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        return self._owners({key_of(each): each for each in event_ids})

    def _owners(self, wanted: Mapping[bytes, str]) -> dict[str, str]:
        """Who owns these ids, given behind their keys."""
        owners = {}
        for segment in self._collection.find({"ids": {"$in": list(map(Binary, wanted))}}):
            at = _coordinates(segment)
            for place, key in enumerate(segment["ids"]):
                if key in wanted:
                    owners[wanted[key]] = at(place)
        return owners

    def _insert(self, claims: Mapping[str, Coordinate]) -> dict[bytes, str]:
        """Insert the claims; returns the ids of the segments that were refused, by their keys."""
        segmented = claims if isinstance(claims, Segmented) else Segmented(claims)
        try:
            self._collection.insert_many(segmented.documents, ordered=False)
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details
            others = [e for e in details["writeErrors"] if e["code"] != DUPLICATE_KEY]
            if others or details["writeConcernErrors"]:
                raise
            refused = [segmented.parts[each["index"]] for each in details["writeErrors"]]
            return {key: event_id for part in refused for key, event_id, _ in part}
        return {}


Claim = tuple[bytes, str, Coordinate]
"""An event id behind its key, and where it stands."""


class Segmented(dict[str, Coordinate]):
    """Claims, and the segments they are inserted in."""

    def __init__(self, claims: Mapping[str, Coordinate]) -> None:
        super().__init__(claims)
        self.parts = _segments(self)

    @cached_property
    def documents(self) -> list[RawBSONDocument]:
        """A segment each; `seen` now."""
        seen = datetime.now(UTC)
        return [_document(each, seen) for each in self.parts]

    def write_out(self) -> None:
        """Do now what `documents` would do when they are asked for."""
        _ = self.documents


def _keyed(claims: Mapping[str, Coordinate]) -> dict[bytes, str]:
    """The ids behind their keys."""
    if isinstance(claims, Segmented):
        return {key: event_id for part in claims.parts for key, event_id, _ in part}
    return {key_of(each): each for each in claims}


def _segments(claims: Mapping[str, Coordinate]) -> list[list[Claim]]:
    """All claims in the order of their keys, some hundred to each segment."""
    ordered = sorted(zip(map(key_of, claims), claims, claims.values(), strict=True))
    return [ordered[start : start + _SEGMENT] for start in range(0, len(ordered), _SEGMENT)]


def _document(segment: Sequence[Claim], seen: datetime) -> RawBSONDocument:
    """A segment, written out: a dictionary and its encoding cost several times as much an id."""
    keys, _, coordinates = zip(*segment, strict=True)
    partitions, offsets = zip(*coordinates, strict=True)
    elements = b"".join([head + key for head, key in zip(_ELEMENTS, keys, strict=False)])
    named = {name: place for place, name in enumerate(dict.fromkeys(partitions))}
    places = pack(f"<{len(keys)}H", *map(named.__getitem__, partitions))
    packed = pack(f"<{len(keys)}q", *offsets)
    names = encode({"partitions": list(named)})[4:-1]
    body = b"".join(
        (
            b"\x07_id\x00" + ObjectId().binary,
            b"\x04ids\x00" + pack("<i", len(elements) + 5) + elements + b"\x00",
            names,
            b"\x05places\x00" + pack("<i", len(places)) + b"\x00" + places,
            b"\x05offsets\x00" + pack("<i", len(packed)) + b"\x00" + packed,
            b"\x09seen\x00" + pack("<q", int(seen.timestamp() * 1000)),
            b"\x00",
        )
    )
    return RawBSONDocument(pack("<i", len(body) + 4) + body)


def _coordinates(segment: Document) -> Callable[[int], str]:
    """Says where the segment's id of a number stands."""
    partitions, count = segment["partitions"], len(segment["ids"])
    places = unpack(f"<{count}H", segment["places"])
    offsets = unpack(f"<{count}q", segment["offsets"])
    return lambda number: f"{partitions[places[number]]}:{offsets[number]}"
