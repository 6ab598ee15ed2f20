"""The part of a ledger whose ids tell when they were made: a log of numbered segments.

    {"_id": 17, "spans": 3, "span": 1, "low": …, "high": …, "keys": <16 bytes each>,
     "partitions": ["sc.domain.order/0", …], "places": …, "offsets": …, "seen": …}

Whoever claims ids asks for the last number, looks for the ids in those segments that
span their times, and appends what nobody has at the next number. A number that is
taken means that somebody else was first: the same again, from the start. So each
segment is checked against all before it, and no id is in two of them; no index over
ids is needed, which is most of what a ledger costs.

That hangs on two things. Nothing that was read may be undone: reads ask for what a
majority has. And what is looked through must not be older than the last number:
both are asked in one session, which never goes back in time, whichever server answers.

`low` and `high` (milliseconds) are when the ids were made, and `span` says of what
order of magnitude the time between is (ledger_segment.py): a look-up asks for each
`span` that occurs (`spans`, a bit each) in an index, and need not go back further than
such a segment can reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, NamedTuple

from bson import Int64
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from ..fold.field import Document
from .ledger_claim import DUPLICATE_KEY
from .ledger_segment import SPANS, Keys, Stored, Timed, Window, longest, segments, windows

_REMEMBERED: Final = 400_000
"""Ids of segments that are kept in memory, 26 bytes each: neighbours are looked through often."""

_AT_ONCE: Final = 50
"""Windows that one question is about."""

_NAME: Final = "_id"


class _End(NamedTuple):
    """The last number of the log, and which spans occur up to it."""

    number: int
    spans: int


class LedgerLog:
    """One log; every verb may raise what pymongo raises."""

    def __init__(self, collection: MongoCollection[Document]) -> None:
        """`collection` has the write concern of the store."""
        self._collection = collection.with_options(read_concern=ReadConcern("majority"))
        self._client = collection.database.client
        self._remembered = _Remembered()

    def index(self) -> None:
        """Make the index that segments are found by, where it is not there."""
        fields = ["span", "low", "high", _NAME, "seen"]
        self._collection.create_index([(each, 1) for each in fields], name="spans")

    def claim(self, claims: Timed) -> dict[bytes, str]:
        """Append what is in no segment yet; returns who owns the rest."""
        held: dict[bytes, str] = {}
        with self._client.start_session() as session:
            while claims.keys:
                end = self._end(session)
                keys, asked = claims.claims.keys(), windows(claims.segments)
                found = self._owners(keys, asked, end, session)
                if found:
                    held |= found
                    claims = claims.without(found)
                claims = claims.behind(self._append(claims, end, session))
        return held

    def owners(self, keys: Iterable[bytes]) -> dict[bytes, str]:
        """Who owns these ids, as far as anyone does."""
        ordered = sorted(keys)
        asked = windows(segments(ordered))
        with self._client.start_session() as session:
            return self._owners(frozenset(ordered), asked, self._end(session), session)

    def _end(self, session: ClientSession) -> _End:
        found = self._collection.find({}, ["spans"], session=session).sort(_NAME, -1).limit(1)
        for last in found:
            return _End(last[_NAME], last["spans"])
        return _End(0, 0)

    def _owners(
        self, keys: Keys, asked: Sequence[Window], end: _End, session: ClientSession
    ) -> dict[bytes, str]:
        found: dict[bytes, str] = {}
        for stored in self._spanning(asked, end.spans, session):
            found |= stored.owners(keys)
        return found

    def _spanning(
        self, asked: Sequence[Window], spans: int, session: ClientSession
    ) -> Iterator[Stored]:
        """Every segment that spans a part of these windows."""
        unknown = set()
        for place in self._places(asked, spans, session):
            stored = self._remembered.get(place)
            if stored is None:
                unknown.add(place[0])
            else:
                yield stored
        if unknown:
            query = {_NAME: {"$in": list(map(Int64, unknown))}}
            for document in self._collection.find(query, session=session):
                yield self._remembered.add(document)

    def _places(self, asked: Sequence[Window], spans: int, session: ClientSession) -> set[_Place]:
        """Where these segments are; the index alone answers."""
        found = set()
        kinds = [span for span in range(SPANS) if spans >> span & 1]
        for start in range(0, len(asked), _AT_ONCE) if kinds else ():
            part = asked[start : start + _AT_ONCE]
            query = {"$or": [_overlap(span, window) for window in part for span in kinds]}
            for each in self._collection.find(query, [_NAME, "seen"], session=session):
                found.add((each[_NAME], each["seen"]))
        return found

    def _append(self, claims: Timed, end: _End, session: ClientSession) -> int:
        """Append segments behind `end`; returns of how many claims, before a number was taken."""
        now = datetime.now(UTC)
        seen = now.replace(microsecond=now.microsecond // 1000 * 1000)
        documents, spans = [], end.spans
        for number, segment in enumerate(claims.segments, end.number + 1):
            spans |= 1 << segment.span
            documents.append(
                {
                    _NAME: Int64(number),
                    "spans": spans,
                    "span": segment.span,
                    **segment.window._asdict(),
                    **claims.fields(segment.start, segment.stop),
                    "seen": seen,
                }
            )
        appended = self._inserted(documents, session)
        for document in documents[:appended]:
            self._remembered.add(document)
        return claims.segments[appended - 1].stop if appended else 0

    def _inserted(self, documents: Sequence[Document], session: ClientSession) -> int:
        """Insert until a number is taken; returns how many were."""
        if not documents:
            return 0
        try:
            self._collection.insert_many(documents, ordered=True, session=session)
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details
            refused = details["writeErrors"]
            if details["writeConcernErrors"] or refused[0]["code"] != DUPLICATE_KEY:
                raise
            return int(refused[0]["index"])
        return len(documents)


_Place = tuple[int, datetime]
"""The number of a segment, and when it was made: numbers begin anew where all are forgotten."""


class _Remembered:
    """The segments that were looked at last; any number of threads may ask."""

    def __init__(self) -> None:
        self._segments: dict[_Place, Stored] = {}
        self._ids = 0
        self._lock = Lock()

    def get(self, place: _Place) -> Stored | None:
        """The segment, which is then the one that was looked at last."""
        with self._lock:
            found = self._segments.pop(place, None)
            if found is not None:
                self._segments[place] = found
            return found

    def add(self, document: Document) -> Stored:
        """Take a segment in, and forget those that were not looked at for longest."""
        new, place = Stored(document), (document[_NAME], document["seen"])
        with self._lock:
            known = self._segments.pop(place, None)
            self._ids += new.size - (known.size if known else 0)
            self._segments[place] = new
            while self._ids > _REMEMBERED:
                self._ids -= self._segments.pop(next(iter(self._segments))).size
        return new


def _overlap(span: int, window: Window) -> Document:
    """Finds the segments of this span that span a part of the window."""
    return {
        "span": span,
        "low": {"$gte": Int64(window.low - longest(span)), "$lte": Int64(window.high)},
        "high": {"$gte": Int64(window.low)},
    }
