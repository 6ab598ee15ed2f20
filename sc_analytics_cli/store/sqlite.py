"""The embedded store: one SQLite file, the same documents and guarantees, no server.

A flush is one transaction (`atomic`), so a killed process leaves all of it or
nothing. Writers of other processes wait their turn (`BEGIN IMMEDIATE`), for at
most `timeout` seconds. WAL with synchronous=NORMAL: a power cut can undo the
last flushes, but only whole ones, checkpoint included, so they are read again.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..event import Coordinate
from ..fold.field import Document
from .ledger_key import key_of
from .memory import new_rev, only
from .sqlite_file import open_file, translated
from .text import from_text, to_text

_PARAMETERS = 500


class SqliteStore:
    """Documents as JSON text in one table a kind: `id`, `rev`, `document`."""

    def __init__(self, path: Path, *, timeout: float = 10.0) -> None:
        """Open or create the file, readable by its owner only.

        Raises NotThereError where the folder is missing or not writable, or the
        file is read-only, and AnalyticsError where it is not a SQLite database.
        """
        self._path = path
        self._lock = threading.RLock()
        self._tables: set[str] = set()
        self._connection = open_file(path, timeout=timeout)

    def load(self, kind: str, ids: Collection[str]) -> dict[str, Document]:
        """See Store.load."""
        rows = self._select(kind, "rev, document", list(ids))
        return {key: from_text(text) | {"rev": rev} for key, rev, text in rows}

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        written = {}
        with translated(self._path), self._lock, self.atomic():
            table = self._table(kind)
            for document in documents:
                rev = new_rev()
                body = to_text({k: v for k, v in document.items() if k != "rev"})
                if "rev" in document:
                    statement = f"UPDATE {table} SET rev=?, document=? WHERE id=? AND rev=?"
                    values = [rev, body, document["_id"], document["rev"]]
                else:
                    statement = f"INSERT OR IGNORE INTO {table} (rev, document, id) VALUES (?,?,?)"
                    values = [rev, body, document["_id"]]
                if self._connection.execute(statement, values).rowcount == 1:
                    written[document["_id"]] = rev
        return written

    def remove(self, kind: str, documents: Sequence[Document]) -> set[str]:
        """See Store.remove."""
        with translated(self._path), self._lock, self.atomic():
            statement = f"DELETE FROM {self._table(kind)} WHERE id=? AND rev=?"
            return {
                each["_id"]
                for each in documents
                if self._connection.execute(statement, (each["_id"], each.get("rev"))).rowcount
            }

    def scan(
        self,
        kind: str,
        first: str = "",
        last: str | None = None,
        fields: Collection[str] | None = None,
    ) -> Iterator[Document]:
        """See Store.scan."""
        with translated(self._path), self._lock:
            if not self._exists(kind):
                return
            rows = self._connection.execute(
                f"SELECT id, rev, document FROM {kind} WHERE id >= ? AND (? IS NULL OR id <= ?)"
                " ORDER BY id",
                (first, last, last),
            ).fetchall()
        for _, rev, text in rows:
            yield only(from_text(text) | {"rev": rev}, fields)

    def counts(self, kind: str, *names: str) -> dict[tuple[str, ...], int]:
        """See Store.counts."""
        fields = ", ".join("json_extract(document, ?)" for _ in names)
        places = ", ".join(str(place) for place in range(1, len(names) + 1))
        with translated(self._path), self._lock:
            if not self._exists(kind):
                return {}
            rows = self._connection.execute(
                f"SELECT {fields}, count(*) FROM {kind} GROUP BY {places}",
                [f'$."{name}"' for name in names],
            ).fetchall()
        return {tuple(values): count for *values, count in rows}

    def prepared(self, ledger: str, claims: Mapping[str, Coordinate]) -> Mapping[str, Coordinate]:
        """See Store.prepared."""
        return claims

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        with translated(self._path), self._lock, self.atomic():
            table = self._table(ledger, "id BLOB PRIMARY KEY, at TEXT NOT NULL")
            before = self._connection.total_changes
            self._connection.executemany(
                f"INSERT OR IGNORE INTO {table} VALUES (?, ?)",
                [(key_of(each), str(at)) for each, at in claims.items()],
            )
            if self._connection.total_changes - before == len(claims):
                return {}
            owners = self.owners(ledger, claims)
        return {each: owner for each, owner in owners.items() if owner != str(claims[each])}

    def owners(self, ledger: str, event_ids: Collection[str]) -> dict[str, str]:
        """See Store.owners."""
        by_key = {key_of(each): each for each in event_ids}
        rows = self._select(ledger, "at", list(by_key))
        return {by_key[key]: at for key, at in rows}

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """See Store.atomic: one transaction; inside another one, a part of that."""
        with self._lock, translated(self._path):
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                self._tables.clear()
                raise

    def close(self) -> None:
        """Close the file, when a write of another thread is through."""
        with self._lock:
            self._connection.close()

    def _select(self, kind: str, columns: str, keys: list[Any]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        with translated(self._path), self._lock:
            if not self._exists(kind):
                return rows
            for start in range(0, len(keys), _PARAMETERS):
                part = keys[start : start + _PARAMETERS]
                marks = ",".join("?" * len(part))
                statement = f"SELECT id, {columns} FROM {kind} WHERE id IN ({marks})"
                rows += self._connection.execute(statement, part).fetchall()
        return rows

    def _exists(self, kind: str) -> bool:
        if kind in self._tables:
            return True
        statement = "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?"
        return self._connection.execute(statement, (kind,)).fetchone() is not None

    def _table(
        self,
        kind: str,
        columns: str = "id TEXT PRIMARY KEY, rev TEXT NOT NULL, document TEXT NOT NULL",
    ) -> str:
        if kind not in self._tables:
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS {kind} ({columns}) WITHOUT ROWID")
            self._tables.add(kind)
        return kind
