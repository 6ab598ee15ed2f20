"""What became of one record, for each projection of its topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..decode.fields import Envelope, Rejected, either
from ..decode.lenient import parse_leniently
from ..decode.moment import Calendar
from ..event import Coordinate, Event, Record
from ..fold import journal
from ..fold.delta import Adding, Posting
from ..fold.document import Unread, has_absorbed
from ..fold.field import Document
from ..fold.ranges import contains
from ..projections.declaration import Projection
from ..settings import Rules
from ..store.port import Store
from .checkpoints import Checkpoints
from .dead_letters import UNCOUNTED, Letters, status_of
from .readings import reading_of


class Content(NamedTuple):
    """What a record says of itself, nothing of it checked; None where it does not say so."""

    event_type: str | None = None
    occurred_at: str | None = None
    order: str | None = None


def content(record: Record) -> Content:
    """Read what can be read of a record, also of one that is a dead letter or not listed."""
    try:
        envelope = parse_leniently(record.value or b"", "")
    except Rejected:
        return Content()
    if not isinstance(envelope, dict):
        return Content()
    kind = _text(either(envelope, "event_type", "type"))
    return Content(kind, _text(either(envelope, "occurred_at", "time")), _order(kind, envelope))


def _order(kind: str | None, envelope: Envelope) -> str | None:
    fields = either(envelope, "payload", "data")
    named = fields.get("order_id") if isinstance(fields, dict) else None
    if named is None and kind is not None and kind.startswith("order."):
        named = either(envelope, "aggregate_id", "subject")
    return _text(named)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class Explanation(NamedTuple):
    """The fate of a record in one projection.

    `fate` is `counted`, `duplicate`, `dead letter`, `skipped` or `not absorbed yet`;
    `because` says more. `postings` are what the event adds to which date. `letter`
    is the status under which the record is listed as a dead letter, if it is.
    """

    projection: str
    fate: str
    because: str
    event: Event | None = None
    postings: Sequence[Adding] = ()
    letter: str | None = None


def explain(
    projection: Projection, store: Store, rules: Rules, partition: str, record: Record
) -> Explanation:
    """Read the record as this version of the product does and look up what is stored of it."""
    name = projection.name
    readers = projection.readers(rules)
    reading = reading_of(projection, partition, [record], readers, Calendar(rules.timezone))
    at = Coordinate(partition, record.offset)
    letter = status_of(store, name, at)
    if reading.dead_letters:
        return Explanation(name, "dead letter", reading.dead_letters[0].reason, letter=letter)
    if not reading.events:
        return Explanation(name, "skipped", _why_skipped(record), letter=letter)
    (event,) = reading.events
    owner = store.owners(projection.ledger(), [event.id]).get(event.id)
    if owner is not None and owner != str(at):
        return Explanation(name, "duplicate", f"its id belongs to {owner}", event, letter=letter)
    postings = additions(projection, store, at, event)
    checkpoints = Checkpoints(store, name)
    if not contains(checkpoints.absorbed(partition), record.offset):
        return Explanation(
            name, "not absorbed yet", "it lies above the checkpoint", event, postings, letter
        )
    unread = {partition: Letters(store, name, checkpoints.absorbed).unread(partition)}
    missing = [
        each.date for each in postings if not _absorbed(projection, store, at, each.date, unread)
    ]
    if missing:
        why = f"the document of {missing[0]} has not absorbed its offset; a backfill mends that"
        if letter in UNCOUNTED:
            retry = f"sc-analytics dead-letters retry {name}:{at}"
            why = f"an earlier version could not read it: {retry}"
        return Explanation(name, "not absorbed yet", why, event, postings, letter)
    why = "" if postings else _without_effect(event)
    return Explanation(name, "counted", why, event, postings, letter)


def _why_skipped(record: Record) -> str:
    if record.value is None:
        return "a tombstone: it has no value"
    return f"it does not count events of the type {content(record).event_type}"


def _without_effect(event: Event) -> str:
    if event.fact is not None and event.fact.kind == "attribution":
        return f"remembered for order {event.fact.order}: takes effect with its payments"
    return "without effect: it adds nothing"


def additions(projection: Projection, store: Store, at: Coordinate, event: Event) -> list[Adding]:
    """What the event at this coordinate adds to which date, with its order's journal as stored."""
    fact, bookkeeper = event.fact, projection.bookkeeper()
    if bookkeeper is None or fact is None:
        return [event] if event.adds else []
    document = _journal(projection, store, fact.order)
    booked = journal.bookings(journal.record(document, [(at, event)]) or document, bookkeeper)
    return [Posting(at.offset, *each) for each in booked.get(str(at), ()) if each.adds]


def _journal(projection: Projection, store: Store, order: str) -> Document:
    return store.load(projection.journals(), [order]).get(order) or journal.empty(order)


def _absorbed(
    projection: Projection, store: Store, at: Coordinate, date: str, unread: Unread
) -> bool:
    document = store.load(projection.collection(), [date]).get(date)
    return document is not None and has_absorbed(document["source"], *at, unread)
