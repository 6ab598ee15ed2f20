"""The journal of an order: its facts, in the order in which they were recorded.

Attribution and payment may come in either order, on other days and from other
partitions. What a fact adds therefore depends on the facts recorded before it,
and on nothing else: facts are only ever appended, so asking again gives the same
answer, and redelivery, replay and live running agree.

    {"_id": "order-17", "facts": [{"at": "sc.domain.order/0:12", "event": "e-1",
     "kind": "payment", "date": "2026-10-01", "hour": "14", "cents": 1250}]}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..event import Add, Coordinate, Event, Fact
from .field import Document

Entry = Mapping[str, Any]
"""One recorded fact, as stored."""


class Booking(NamedTuple):
    """Additions to one date and hour."""

    date: str
    hour: str
    adds: tuple[Add, ...]


Bookkeeper = Callable[[Sequence[Entry]], Iterator[Sequence[Booking]]]
"""For each entry in turn, what it adds; pure, and blind to the entries after it."""


def record(document: Document, events: Iterable[tuple[Coordinate, Event]]) -> Document | None:
    """The journal with the events' facts appended; None where all of them are in it already.

    A fact whose event id is in the journal, at whichever coordinate, is not recorded again.
    """
    known = {entry["event"] for entry in document["facts"]}
    added = []
    for at, event in events:
        if event.id not in known:
            known.add(event.id)
            added.append(entry(at, event))
    return document | {"facts": [*document["facts"], *added]} if added else None


def empty(order: str) -> Document:
    """The journal of an order of which nothing is known."""
    return {"_id": order, "facts": []}


def bookings(document: Document, bookkeeper: Bookkeeper) -> dict[str, Sequence[Booking]]:
    """What each fact adds, by the coordinate at which it was recorded."""
    facts: Sequence[Entry] = document["facts"]
    return {entry["at"]: booked for entry, booked in zip(facts, bookkeeper(facts), strict=True)}


def entry(at: Coordinate, event: Event) -> Document:
    """A fact as it is recorded."""
    fact = event.effect
    assert isinstance(fact, Fact)
    recorded: Document = {
        "at": str(at),
        "event": event.id,
        "kind": fact.kind,
        "date": event.date,
        "hour": event.hour,
    }
    if fact.community is None and fact.promotion is None:
        return recorded | {"cents": fact.cents}
    return recorded | {"community": fact.community, "promotion": fact.promotion}
