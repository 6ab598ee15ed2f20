"""Databases for longer than one test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from pymongo import MongoClient

from tests.servers.mongo import MongoServer


@contextmanager
def fresh_database(server: MongoServer) -> Iterator[str]:
    """The address of a new database, dropped afterwards."""
    name = f"sc_test_{uuid4().hex[:12]}"
    uri = server.database_uri(name)
    yield uri
    with MongoClient[dict[str, Any]](uri, timeoutMS=30_000) as client:
        client.drop_database(name)
