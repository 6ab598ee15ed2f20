"""Claims by the keys of their ids, in columns: a document takes a slice of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from operator import itemgetter
from struct import Struct, pack
from typing import Any, Final, Self

from ..event import Coordinate
from .ledger_key import KEY_SIZE

SEGMENT: Final = 500
"""So many ids at most in one document."""

_FIELDS: Final = ("partitions", "places", "offsets")
_PLACE: Final = Struct("<H")
_OFFSET: Final = Struct("<q")

Keyed = Mapping[bytes, Coordinate]
"""Where ids stand, by their keys."""


class Columns:
    """Claims in the order of their keys."""

    def __init__(self, claims: Keyed) -> None:
        self.claims = claims
        self.keys = sorted(claims)

    @cached_property
    def _written(self) -> tuple[bytes, list[str], bytes]:
        """Of each claim its key, its partition, and its offset in 8 bytes."""
        at = list(map(self.claims.__getitem__, self.keys))
        offsets = pack(f"<{len(at)}q", *map(itemgetter(1), at))
        return b"".join(self.keys), list(map(itemgetter(0), at)), offsets

    def write_out(self) -> None:
        """Do now what `fields` would do when they are asked for."""
        _ = self._written

    def fields(self, start: int, stop: int) -> dict[str, Any]:
        """A slice of the claims as fields of a document.

        Of each id 16 bytes of `keys`; `places` and `offsets` (2 and 8 bytes, little-endian)
        say which of the `partitions` it stands in, and where.
        """
        keys, partitions, offsets = self._written
        own = partitions[start:stop]
        named = {name: place for place, name in enumerate(dict.fromkeys(own))}
        return {
            "keys": keys[start * KEY_SIZE : stop * KEY_SIZE],
            "partitions": list(named),
            "places": pack(f"<{len(own)}H", *map(named.__getitem__, own)),
            "offsets": offsets[start * _OFFSET.size : stop * _OFFSET.size],
        }

    def without(self, keys: Collection[bytes]) -> Self:
        """The claims of the other keys."""
        if not keys:
            return self
        return type(self)({key: at for key, at in self.claims.items() if key not in keys})

    def behind(self, count: int) -> Self:
        """The claims behind the first ones."""
        return type(self)({key: self.claims[key] for key in self.keys[count:]})


def slices(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """A stretch of claims in parts for a document each."""
    for first in range(start, stop, SEGMENT):
        yield first, min(first + SEGMENT, stop)


def unpacked(document: Mapping[str, Any]) -> Callable[[int], str]:
    """Says where the id of a number stands, of a document that has these fields."""
    partitions, places, offsets = (document[name] for name in _FIELDS)
    return lambda number: (
        f"{partitions[_PLACE.unpack_from(places, number * _PLACE.size)[0]]}"
        f":{_OFFSET.unpack_from(offsets, number * _OFFSET.size)[0]}"
    )
