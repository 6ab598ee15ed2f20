"""The MongoDB store: standalone or replica set, write concern majority, no transactions.

Each verb is one bulk command, or two where a race was lost. A swap is an update
with `$replaceWith` of a literal: keys such as `a.b` or `$x` stay as they are,
and only the difference goes to the oplog.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final

from bson import Binary, CodecOptions
from pymongo import DeleteOne, InsertOne, MongoClient, UpdateOne
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, InvalidURI, OperationFailure
from pymongo.uri_parser import parse_uri

from ..errors import AnalyticsError, UsageError
from ..event import Coordinate
from ..fold.field import Document
from .digest import digest
from .memory import new_rev
from .mongo_errors import translated

_DUPLICATE_KEY: Final = 11000
_INDEX_OPTIONS_CONFLICT: Final = 85
_DAY: Final = 86_400


class MongoStore:
    """Documents in the database that the URI names (`sc_analytics` where it names none)."""

    def __init__(self, uri: str, *, timeout: float = 10.0, ledger_days: int = 30) -> None:
        """Connect; the first verb finds out whether the server is there.

        `timeout` bounds every verb, in seconds. The ledger forgets an event id
        after `ledger_days`. Raises UsageError for a URI that cannot be read.
        """
        try:
            database = parse_uri(uri)["database"] or "sc_analytics"
        except InvalidURI as error:
            raise UsageError(
                f"--store is not a MongoDB address: {error}",
                advice="--store mongodb://host:27017/sc_analytics",
            ) from error
        with translated():
            self._client: MongoClient[Document] = MongoClient(
                uri,
                w="majority",
                timeoutMS=int(timeout * 1000),
                serverSelectionTimeoutMS=int(timeout * 1000),
                connectTimeoutMS=int(timeout * 1000),
                appname="sc-analytics",
            )
        codec: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
        self._database = self._client.get_database(database, codec_options=codec)
        self._ledger_seconds = ledger_days * _DAY
        self._indexed: set[str] = set()
        self._read_before: dict[str, bool] = {}

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        with translated():
            found = self._database[kind].find({"_id": {"$in": list(ids)}})
            return {document["_id"]: document for document in found}

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        if not documents:
            return {}
        written = {document["_id"]: new_rev() for document in documents}
        operations: list[InsertOne[Document] | UpdateOne] = []
        for document in documents:
            key, new = document["_id"], document | {"rev": written[document["_id"]]}
            if "rev" in document:
                old = {"_id": key, "rev": document["rev"]}
                operations.append(UpdateOne(old, [{"$replaceWith": {"$literal": new}}]))
            else:
                operations.append(InsertOne(new))
        with translated():
            if self._write_all(self._database[kind], operations):
                return written
            return self._landed(kind, written)

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        removed = set()
        with translated():
            for each in documents:
                one = DeleteOne({"_id": each["_id"], "rev": each.get("rev")})
                if self._database[kind].bulk_write([one]).deleted_count:
                    removed.add(each["_id"])
        return removed

    def scan(self, kind: str, first: str = "", last: str | None = None) -> Iterator[Document]:
        """See Store.scan."""
        between = {"$gte": first} if last is None else {"$gte": first, "$lte": last}
        with translated():
            yield from self._database[kind].find({"_id": between}).sort("_id", 1)

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim.

        Inserts first where the range is new and looks up first where it was read
        before, as the last claim was: a refused insert is slow.
        """
        self._index(ledger)
        held: dict[str, str] = {}
        if self._read_before.get(ledger):
            held = self.owners(ledger, claims)
        refused = self._insert_claims(ledger, {k: v for k, v in claims.items() if k not in held})
        held |= self.owners(ledger, refused) if refused else {}
        self._read_before[ledger] = len(held) * 10 > len(claims)
        return {each: owner for each, owner in held.items() if owner != str(claims[each])}

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        by_digest = {digest(each): each for each in event_ids}
        with translated():
            found = self._database[ledger].find({"_id": {"$in": list(map(Binary, by_digest))}})
            return {by_digest[bytes(entry["_id"])]: entry["at"] for entry in found}

    def atomic(self) -> AbstractContextManager[None]:
        """See Store.atomic: every verb stands by itself here."""
        return nullcontext()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _write_all(
        self,
        collection: MongoCollection[Document],
        operations: Sequence[InsertOne[Document] | UpdateOne],
    ) -> bool:
        """Run a bulk; whether every operation found what it expected."""
        try:
            result = collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            _refused(error)
            return False
        return result.matched_count + result.inserted_count == len(operations)

    def _landed(self, kind: str, written: Mapping[str, str]) -> dict[str, str]:
        """Which writes of a bulk were made: a revision is unique, so reading it back tells."""
        stored = self._database[kind].find({"_id": {"$in": list(written)}}, {"rev": 1})
        return {each["_id"]: each["rev"] for each in stored if each["rev"] == written[each["_id"]]}

    def _insert_claims(self, ledger: str, claims: Mapping[str, Coordinate]) -> list[str]:
        """Insert ledger entries; returns the ids that were there already."""
        if not claims:
            return []
        seen = datetime.now(UTC)
        entries = [
            {"_id": Binary(digest(each)), "at": str(at), "seen": seen}
            for each, at in claims.items()
        ]
        with translated():
            try:
                self._database[ledger].insert_many(entries, ordered=False)
            except BulkWriteError as error:
                ids = list(claims)
                return [ids[index] for index in _refused(error)]
        return []

    def _index(self, ledger: str) -> None:
        if ledger in self._indexed:
            return
        with translated():
            try:
                self._database[ledger].create_index(
                    "seen", name="seen_ttl", expireAfterSeconds=self._ledger_seconds
                )
            except OperationFailure as error:
                if error.code != _INDEX_OPTIONS_CONFLICT:
                    raise
                change = {"name": "seen_ttl", "expireAfterSeconds": self._ledger_seconds}
                self._database.command("collMod", ledger, index=change)
        self._indexed.add(ledger)


def _refused(error: BulkWriteError) -> list[int]:
    """The places in a bulk that met an existing `_id`; raises for any other failure."""
    details: Mapping[str, Any] = error.details
    others = [each for each in details["writeErrors"] if each["code"] != _DUPLICATE_KEY]
    if others:
        raise AnalyticsError(
            f"MongoDB refused a write: {others[0].get('errmsg', '')[:300]}",
            cause="a document near the limit of 16 MB, or a rule of the collection",
        )
    if details["writeConcernErrors"]:
        raise error
    return [each["index"] for each in details["writeErrors"]]
