"""A small consumed log, and ways to spoil what is stored of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from uuid import uuid4

from pymongo import MongoClient
from pymongo.database import Database

from tests.integration.broker import create_topics, produce
from tests.integration.product import database_of
from tests.oracle.documents import LogRecord
from tests.oracle.sample import attribute, event, pay

from .command import Command
from .labelled import moment

DATES = ("2026-10-01", "2026-10-02", "2026-10-03")
RANGE = "2026-10-01..2026-10-03"


class Consumed(NamedTuple):
    """A store, the command on it, and the topic that it was consumed from."""

    command: Command
    topic: str

    @property
    def name(self) -> str:
        """The store's database."""
        return database_of(self.command.store)


def log() -> list[dict[str, Any] | bytes | None]:
    """Offset by offset: what the tests of this folder ask about."""
    return [
        event("order.created", at=f"{DATES[0]}T10:00Z", event_id="first"),
        event("order.created", at=f"{DATES[1]}T11:00Z", event_id="second"),
        event("order.created", at=f"{DATES[0]}T10:00Z", event_id="first"),
        pay("o-1", 1250, at=f"{DATES[2]}T12:00Z") | {"event_id": "payment"},
        pay("o-1", "12", at=f"{DATES[2]}T13:00Z") | {"event_id": "broken"},
        None,
        event("order.note_added", at=f"{DATES[2]}T12:00Z"),
        attribute("o-1", community_id="läufer.köln") | {"event_id": "attribution"},
    ]


def consumed(servers: str, store: str, **variables: str) -> Consumed:
    """The log in a topic of its own, consumed by two projections; an event more comes later."""
    topic = f"mended.{uuid4().hex[:8]}"
    create_topics(servers, {topic: 1})
    append(servers, topic, log())
    command = Command(store, "--order-topic", topic, servers=servers, COLUMNS="140", **variables)
    command.ok("consume", "order-funnel", "revenue", "--until-end")
    return Consumed(command, topic)


def append(servers: str, topic: str, values: list[dict[str, Any] | bytes | None]) -> None:
    """Produce more records."""
    produce(
        servers,
        [
            LogRecord(
                topic,
                0,
                0,
                json.dumps(value).encode() if isinstance(value, dict) else value,
                b"o-1",
                moment("2026-10-03T20:00:00"),
            )
            for value in values
        ],
    )


def edit(store: str, kind: str, identity: str, change: dict[str, Any]) -> None:
    """Change a stored document by hand."""
    with MongoClient[dict[str, Any]](store) as client:
        database: Database[dict[str, Any]] = client.get_default_database()
        assert database[kind].update_one({"_id": identity}, change).matched_count == 1
