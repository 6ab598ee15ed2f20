"""The part of a ledger whose ids tell when they were made: a log of numbered segments.

    {"_id": 17, "spans": 3, "span": 1, "low": …, "high": …, "keys": <16 bytes each>,
     "partitions": ["sc.domain.order/0", …], "places": …, "offsets": …, "seen": …}

Whoever claims ids asks for the last number, looks for the ids in those segments that
span their times, and appends what nobody has at the next number. A number that is
taken means that somebody else was first: what came since is looked through as well,
and the rest goes behind it. So each segment is checked against all before it, and no
id is in two of them; no index over ids is needed, which is most of what a ledger costs.

That hangs on three things. Nothing that was read may be undone: reads ask for what a
majority has (one server alone has none: what it loses in a crash, somebody may have
seen some milliseconds before). What is looked through must not be older than the last
number: all is asked in one session, which never goes back in time, whichever server
answers. And numbers must not begin anew under somebody who appends: the last segment
is kept from being forgotten while anybody claims whose clock is right within hours.

`low` and `high` (milliseconds) are when the ids were made, and `span` says of what
order of magnitude the time between is (ledger_segment.py): a look-up asks for each
`span` that has occurred (`spans`, a bit each) in an index, and need not go back further than
such a segment can reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from bson import Int64
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from ..fold.field import Document
from .ledger_remembered import Place, Remembered
from .ledger_segment import SPANS, Keys, Stored, Timed, Window, longest, segments, windows
from .mongo_errors import taken

_AT_ONCE: Final = 50
"""Windows that one question is about."""

_FETCHED_AT_ONCE: Final = 1_000

_OLD: Final = timedelta(hours=12)
"""A last segment of this age is made young again; ids are kept for a day at least."""


class _End(NamedTuple):
    """The last number of the log, and which spans have occurred up to it."""

    number: int
    spans: int


_NOTHING: Final = _End(0, 0)


class LedgerLog:
    """One log; every verb may raise what pymongo raises."""

    def __init__(self, collection: MongoCollection[Document]) -> None:
        """`collection` has the write concern of the store."""
        self._collection = collection.with_options(read_concern=ReadConcern("majority"))
        self._client = collection.database.client
        self._remembered = Remembered()

    def index(self) -> None:
        """Make the index that segments are found by, where it is not there."""
        fields = ["span", "low", "high", "_id", "seen"]
        self._collection.create_index([(each, 1) for each in fields], name="spans")

    def claim(self, claims: Timed) -> dict[bytes, str]:
        """Append what is in no segment yet; returns who owns the rest."""
        held: dict[bytes, str] = {}
        with self._client.start_session() as session:
            end: _End | None = None
            while claims.keys:
                end, found = self._looked(claims, end, session)
                held |= found
                claims = claims.without(found)
                claims = claims.behind(self._append(claims, end, session))
        return held

    def owners(self, keys: Iterable[bytes]) -> dict[bytes, str]:
        """Who owns these ids, as far as anyone does."""
        ordered = sorted(keys)
        with self._client.start_session() as session:
            last = self._last(session)
            asked, spans = windows(segments(ordered)), last["spans"] if last else 0
            return _owned(frozenset(ordered), self._spanning(asked, spans, session))

    def _looked(
        self, claims: Timed, since: _End | None, session: ClientSession
    ) -> tuple[_End, dict[bytes, str]]:
        """The end of the log, and who owns any of these ids up to there.

        Up to `since` it was looked through for them before. Where all behind that has
        gone meanwhile, it is looked through anew.
        """
        keys = claims.claims.keys()
        if since is not None:
            behind = {"_id": {"$gt": since.number}}
            newer = list(self._collection.find(behind, session=session).sort("_id", 1))
            if newer:
                end = _End(newer[-1]["_id"], newer[-1]["spans"])
                return end, _owned(keys, map(self._remembered.add, newer))
        end = self._end(session)
        asked = windows(claims.segments)
        return end, _owned(keys, self._spanning(asked, end.spans, session))

    def _end(self, session: ClientSession) -> _End:
        """Where to append; it stays there for hours."""
        while True:
            last = self._last(session)
            if last is None:
                return _NOTHING
            if _now() - last["seen"] < _OLD or self._kept(last, session):
                return _End(last["_id"], last["spans"])

    def _last(self, session: ClientSession) -> Document | None:
        found = self._collection.find({}, ["spans", "seen"], session=session)
        return next(found.sort("_id", -1).limit(1), None)

    def _kept(self, last: Document, session: ClientSession) -> bool:
        """Keep the last segment from being forgotten; whether it is still there."""
        unchanged = {"_id": last["_id"], "seen": last["seen"]}
        younger = {"$set": {"seen": _now()}}
        return self._collection.update_one(unchanged, younger, session=session).matched_count > 0

    def _spanning(
        self, asked: Sequence[Window], spans: int, session: ClientSession
    ) -> Iterator[Stored]:
        """Every segment that spans a part of these windows."""
        unknown: list[int] = []
        for place in self._places(asked, spans, session):
            stored = self._remembered.get(place)
            if stored is None:
                unknown.append(place[0])
            else:
                yield stored
        for start in range(0, len(unknown), _FETCHED_AT_ONCE):
            query = {"_id": {"$in": unknown[start : start + _FETCHED_AT_ONCE]}}
            for document in self._collection.find(query, session=session):
                yield self._remembered.add(document)

    def _places(self, asked: Sequence[Window], spans: int, session: ClientSession) -> set[Place]:
        """Where these segments are; the index alone answers."""
        found = set()
        kinds = [span for span in range(SPANS) if spans >> span & 1]
        for start in range(0, len(asked), _AT_ONCE) if kinds else ():
            part = asked[start : start + _AT_ONCE]
            query = {"$or": [_overlap(span, window) for window in part for span in kinds]}
            for each in self._collection.find(query, ["_id", "seen"], session=session):
                found.add((each["_id"], each["seen"]))
        return found

    def _append(self, claims: Timed, end: _End, session: ClientSession) -> int:
        """Append segments behind `end`; returns of how many claims, before a number was taken."""
        documents, spans, seen = [], end.spans, _now()
        for number, segment in enumerate(claims.segments, end.number + 1):
            spans |= 1 << segment.span
            documents.append(
                {
                    "_id": Int64(number),
                    "spans": spans,
                    "span": segment.span,
                    "low": segment.window.low,
                    "high": segment.window.high,
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
            return taken(error)[0]
        return len(documents)


def _owned(keys: Keys, looked_through: Iterable[Stored]) -> dict[bytes, str]:
    """Who owns any of these keys."""
    found: dict[bytes, str] = {}
    for stored in looked_through:
        found |= stored.owners(keys)
    return found


def _overlap(span: int, window: Window) -> Document:
    """Finds the segments of this span that span a part of the window."""
    return {
        "span": span,
        "low": {"$gte": window.low - longest(span), "$lte": window.high},
        "high": {"$gte": window.low},
    }


def _now() -> datetime:
    """To the millisecond, as MongoDB keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
