"""What is really stored, read with the drivers and not through the product."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.oracle.documents import Expected

PROJECTIONS = ("user-lifecycle", "order-funnel", "revenue")
_OWN = {"_id", "rev", "source", "version", "updated_at"}

Documents = dict[str, dict[str, Any]]


def collection_of(projection: str) -> str:
    return "analytics_" + projection.replace("-", "_")


def stored(store: str, projection: str) -> Documents:
    """Date → the contract's fields of the stored document."""
    raw = raw_documents(store, collection_of(projection))
    return {key: {k: v for k, v in doc.items() if k not in _OWN} for key, doc in raw.items()}


def raw_documents(store: str, kind: str) -> Documents:
    """`_id` → everything that is stored under a kind."""
    if store.startswith("sqlite:///"):
        return _from_sqlite(Path(store.removeprefix("sqlite:///")), kind)
    with MongoClient[dict[str, Any]](store) as client:
        return {doc["_id"]: doc for doc in client.get_default_database()[kind].find()}


def _from_sqlite(path: Path, kind: str) -> Documents:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(f"SELECT id, rev, document FROM {kind}").fetchall()
    except sqlite3.OperationalError:
        rows = []
    finally:
        connection.close()
    return {key: json.loads(text) | {"rev": rev} for key, rev, text in rows}


def dump(store: str) -> dict[str, list[Any]]:
    """Everything that is stored: ledgers, runs, revisions and instants included.

    A table or collection without content counts as none.
    """
    whole = _whole_sqlite if store.startswith("sqlite:///") else _whole_mongo
    return {kind: sorted(rows, key=repr) for kind, rows in whole(store).items() if rows}


def _whole_mongo(store: str) -> dict[str, list[Any]]:
    with MongoClient[dict[str, Any]](store) as client:
        database = client.get_default_database()
        return {name: list(database[name].find()) for name in database.list_collection_names()}


def _whole_sqlite(store: str) -> dict[str, list[Any]]:
    path = Path(store.removeprefix("sqlite:///"))
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}


def assert_exact(store: str, projection: str, expected: Expected) -> None:
    """Every stored document equals the oracle's, field by field, and none is missing."""
    found = stored(store, projection)
    assert sorted(found) == sorted(expected.documents), f"{projection}: the dates differ"
    for date, document in expected.documents.items():
        for field, value in document.items():
            assert found[date].get(field) == value, f"{projection} {date} {field}"
        assert set(found[date]) == set(document), f"{projection} {date}: fields differ"


def assert_dead_letters(store: str, expected: dict[str, Expected]) -> None:
    """Exactly the oracle's dead letters are listed, by projection and coordinate."""
    letters = raw_documents(store, "analytics_dead_letters").values()
    found = {
        (each["projection"], each["topic"], each["partition"], each["offset"]) for each in letters
    }
    wanted = {
        (projection, *coordinate)
        for projection, oracle in expected.items()
        for coordinate in oracle.dead_letters
    }
    assert found == wanted
