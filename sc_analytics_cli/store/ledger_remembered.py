"""The segments of a ledger's log that were looked through last."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Final

from ..fold.field import Document
from .ledger_segment import Stored

Place = tuple[int, datetime]
"""The number of a segment, and when it was seen: numbers begin anew where all are forgotten."""

_ROOM: Final = 400_000
"""For ids of 26 bytes each; neighbours of new ids are looked through again and again."""

_SEGMENT_ITSELF: Final = 50
"""A segment takes as much room as so many ids, however few are in it."""


class Remembered:
    """Bounded; several threads may share a store, and so this."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._segments: OrderedDict[Place, Stored] = OrderedDict()
        self._taken = 0
        self._lock = Lock()

    def get(self, place: Place) -> Stored | None:
        """The segment, which is then the one that was looked through last."""
        with self._lock:
            found = self._segments.get(place)
            if found is not None:
                self._segments.move_to_end(place)
            return found

    def add(self, document: Document) -> Stored:
        """Take a segment in, and let go of those that were not looked through for longest."""
        new, place = Stored(document), (document["_id"], document["seen"])
        with self._lock:
            if place not in self._segments:
                self._taken += new.size + _SEGMENT_ITSELF
            self._segments[place] = new
            self._segments.move_to_end(place)
            while self._taken > self._room:
                _, old = self._segments.popitem(last=False)
                self._taken -= old.size + _SEGMENT_ITSELF
        return new
