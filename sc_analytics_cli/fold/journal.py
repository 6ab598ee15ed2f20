"""The journal of an order: its facts, in the order in which they were recorded.

Attribution and payment may come in either order, on other days and from other
partitions. "First" and "later" go by arrival: within a partition by the offset,
between partitions by what was recorded first (`arranged`). A fact that is
recorded late, because a replay began below the history of the store, takes its
place before those that arrived after it, and then adds the difference that this
makes: what the order amounts to with it, less what it amounted to without it.

So what a fact adds depends on the facts recorded before it, and on nothing else.
Facts are only ever appended: asking again gives the same answer, and redelivery,
replay and live running agree.

    {"_id": "order-17", "facts": [{"at": "sc.domain.order/0:12", "event": "e-1",
     "kind": "payment", "date": "2026-10-01", "hour": "14", "cents": 1250}]}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..event import Add, Coordinate, Event
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
    if arranged(facts) == facts:
        return _in_turn(facts, bookkeeper)
    added: dict[str, Sequence[Booking]] = {}
    before: Amounts = Counter()
    for number, fact in enumerate(facts, 1):
        after = _amounts(_in_turn(arranged(facts[:number]), bookkeeper))
        added[fact["at"]] = _difference(before, after)
        before = after
    return added


def arranged_bookings(document: Document, bookkeeper: Bookkeeper) -> dict[str, Sequence[Booking]]:
    """What each fact would add had all of them been recorded as they arrived."""
    return _in_turn(arranged(document["facts"]), bookkeeper)


def arranged(facts: Sequence[Entry]) -> Sequence[Entry]:
    """The facts as they arrived: each before those of its partition that have a higher offset."""
    placed: list[Entry] = []
    highest: dict[str, int] = {}
    for fact in facts:
        partition, offset = Coordinate.of(fact["at"])
        if offset > highest.get(partition, -1):
            highest[partition] = offset
            placed.append(fact)
            continue
        later = (index for index, other in enumerate(placed) if _after(other, partition, offset))
        placed.insert(next(later), fact)
    return placed


Amounts = Counter[tuple[str, str, str, str | None]]
"""(date, hour, field, key) → amount."""


def _in_turn(facts: Sequence[Entry], bookkeeper: Bookkeeper) -> dict[str, Sequence[Booking]]:
    return {fact["at"]: booked for fact, booked in zip(facts, bookkeeper(facts), strict=True)}


def _amounts(booked: Mapping[str, Sequence[Booking]]) -> Amounts:
    amounts: Amounts = Counter()
    for bookings_of_one in booked.values():
        for date, hour, adds in bookings_of_one:
            for add in adds:
                amounts[date, hour, add.field, add.key] += add.amount
    return amounts


def _difference(before: Amounts, after: Amounts) -> list[Booking]:
    return [
        Booking(date, hour, (Add(field, after[place] - before[place], key),))
        for place in {**before, **after}
        for date, hour, field, key in [place]
        if after[place] != before[place]
    ]


def _after(fact: Entry, partition: str, offset: int) -> bool:
    at = Coordinate.of(fact["at"])
    return at.partition == partition and at.offset > offset


def entry(at: Coordinate, event: Event) -> Document:
    """A fact as it is recorded."""
    fact = event.fact
    assert fact is not None
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
