"""The MongoDB store: standalone or replica set, no transactions.

Every write waits until a majority has it in its journal, so that what was
acknowledged outlives a crash of the server.

A swap is one bulk of updates with `$replaceWith` of a literal: keys such as `a.b`
or `$x` stay as they are, and only the difference goes to the oplog. An update
that lost its race fails, so that the reply names it: reading back which writes
landed would miss those that another writer has replaced since.
"""

from __future__ import annotations

import atexit
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC
from typing import Any, Final

from bson import CodecOptions, Int64
from pymongo import InsertOne, MongoClient, ReadPreference, UpdateOne, WriteConcern
from pymongo import timeout as time_limit
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, DocumentTooLarge, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.synchronous.monitor import _shutdown_resources
from pymongo.uri_parser import parse_uri

from ..errors import AnalyticsError
from ..event import Coordinate
from ..fold.field import Document
from .memory import new_rev
from .mongo_errors import DUPLICATE_KEY, check_sizes, no_user, place, translated, unusable
from .mongo_ledger import MongoLedger, Prepared

_LOST: Final = 241
"""ConversionFailure, which nothing but a lost `_replacement` raises here."""


class MongoStore:
    """Documents in the database that the URI names (`sc_analytics` where it names none)."""

    def __init__(
        self,
        uri: str,
        *,
        password: str | None = None,
        timeout: float = 10.0,
        ledger_days: int = 30,
    ) -> None:
        """Connect; the first verb finds out whether the server is there.

        `password` is that of the user whom the URI names, instead of the one in it.
        `timeout` bounds every command, in seconds. The ledger forgets an event
        id after `ledger_days`. Raises UsageError for a URI that cannot be read.
        What the URI says of read preference and concerns is not heeded: the
        promises of a store hang on them.
        """
        self._timeout = timeout
        milliseconds = int(timeout * 1000)
        try:
            parsed = parse_uri(uri, connect_timeout=timeout)
            self._at = place(parsed)
            name = parsed["database"] or "sc_analytics"
            if password is not None and not parsed["username"]:
                raise no_user()
            login: Any = {} if password is None else {"password": password}
            self._client: MongoClient[Document] = MongoClient(
                uri,
                w="majority",
                timeoutMS=milliseconds,
                serverSelectionTimeoutMS=milliseconds,
                connectTimeoutMS=milliseconds,
                appname="sc-analytics",
                **login,
            )
        except (PyMongoError, ValueError, TypeError, OSError) as error:
            raise unusable(uri, error) from None
        self._database = self._client.get_database(
            name,
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            read_preference=ReadPreference.PRIMARY,
            read_concern=ReadConcern("local"),
        )
        self._ledger_days = ledger_days
        self._lasting: WriteConcern | None = None
        self._ledgers: dict[str, MongoLedger] = {}
        self._with_indexes: set[str] = set()

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        if not ids:
            return {}
        with translated(self._at):
            found = self._database[kind].find({"_id": {"$in": list(ids)}})
            return {document["_id"]: document for document in found}

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        if not documents:
            return {}
        new = [_with_longs(document) | {"rev": new_rev()} for document in documents]
        operations = [
            _replacement(after, before["rev"]) if "rev" in before else InsertOne(after)
            for before, after in zip(documents, new, strict=True)
        ]
        lost: set[int] = set()
        with translated(self._at):
            try:
                self._for_writing(kind).bulk_write(operations, ordered=False)
            except BulkWriteError as error:
                lost = set(_refused(error, kind, new))
            except DocumentTooLarge:  # raised before it is sent
                check_sizes(kind, new)
                raise
        return {each["_id"]: each["rev"] for at, each in enumerate(new) if at not in lost}

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        removed = set()
        with translated(self._at):
            collection = self._for_writing(kind)
            for each in documents:
                one = {"_id": each["_id"], "rev": each.get("rev")}
                if collection.delete_one(one).deleted_count:
                    removed.add(each["_id"])
        return removed

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """See Store.scan."""
        between = {"$gte": first} if last is None else {"$gte": first, "$lte": last}
        with translated(self._at):
            chosen = None if fields is None else ["_id", *fields]
            yield from self._database[kind].find({"_id": between}, chosen).sort("_id", 1)

    def counts(self, kind: str, *names: str) -> dict[tuple[str, ...], int]:
        """See Store.counts."""
        group = {"_id": {name: f"${name}" for name in names}, "count": {"$sum": 1}}
        with translated(self._at):
            found = self._database[kind].aggregate([{"$group": group}])
            return {tuple(e["_id"][name] for name in names): e["count"] for e in found}

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        """See Store.prepared; what is looked up first is not written out for an index."""
        known = self._ledgers.get(ledger)
        prepared = Prepared(claims)
        prepared.timed.write_out()
        if known is None or not known.looks_first:
            prepared.others.write_out()
        return prepared

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        with translated(self._at):
            try:
                return self._indexed(ledger).claim(claims)
            except BulkWriteError as error:
                _refused(error, ledger, [])
                raise

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        with translated(self._at):
            return self._ledger(ledger).owners(event_ids)

    def atomic(self) -> AbstractContextManager[None]:
        """See Store.atomic: every verb stands by itself here."""
        return nullcontext()

    def close(self) -> None:
        """Close the connections; a server that has fallen silent is not waited for longer.

        The end of the process is not waited for either: the driver would join its
        threads there, which are daemons and asleep for half a second.
        """
        with time_limit(self._timeout):
            self._client.close()
        atexit.unregister(_shutdown_resources)

    def _for_writing(self, kind: str) -> MongoCollection[Document]:
        """The collection, with the write concern under which nothing acknowledged is lost.

        A standalone server that is asked for a majority does not wait for its
        journal, whatever `j` says, and loses the last 100 ms when it crashes.
        """
        if self._lasting is None:
            hello = self._database.command("hello")
            alone = "setName" not in hello and hello.get("msg") != "isdbgrid"
            self._lasting = WriteConcern(1 if alone else "majority", j=True)
        return self._database[kind].with_options(write_concern=self._lasting)

    def _ledger(self, name: str) -> MongoLedger:
        if name not in self._ledgers:
            self._ledgers[name] = MongoLedger(self._for_writing(name))
        return self._ledgers[name]

    def _indexed(self, name: str) -> MongoLedger:
        """The ledger of this name, with its indexes."""
        ledger = self._ledger(name)
        if name not in self._with_indexes:
            ledger.index(self._ledger_days)
            self._with_indexes.add(name)
        return ledger


def _with_longs(value: Any) -> Any:
    """The value with every integer as int64, whatever its size: a field's type never changes."""
    if type(value) is int:
        return Int64(value)
    if isinstance(value, dict):
        # Told apart here, not by a call each: a day may have very many communities.
        return {
            key: Int64(each) if type(each) is int else _with_longs(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_with_longs(each) for each in value]
    return value


def _replacement(document: Document, rev: str | None) -> UpdateOne:
    """Puts the document in the place of the one that has this `rev`, or fails.

    An upsert, so that it fails as well where there is none: what it would insert
    has no `rev`, as only a document has that was made by hand. The number that is
    none fails without quoting the document.
    """
    fail = {"$toInt": {"$concat": ["not ", "$_id"]}}
    is_ours = {"$eq": [{"$ifNull": ["$rev", None]}, {"$literal": rev}]}
    new = {"$cond": [is_ours, {"$literal": document}, fail]}
    return UpdateOne({"_id": document["_id"]}, [{"$replaceWith": new}], upsert=True)


def _refused(error: BulkWriteError, kind: str, documents: Sequence[Document]) -> list[int]:
    """The places in a bulk that lost a race; raises for any other failure."""
    details: Mapping[str, Any] = error.details
    others = [e for e in details["writeErrors"] if e["code"] not in (DUPLICATE_KEY, _LOST)]
    if others:
        check_sizes(kind, documents)
        raise AnalyticsError(
            f"MongoDB refused a write: {others[0].get('errmsg', '')[:300]}",
            cause="a rule of the collection, or a server that is not well",
        )
    if details["writeConcernErrors"]:
        raise error
    return [each["index"] for each in details["writeErrors"]]
