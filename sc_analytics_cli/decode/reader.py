"""Step 2 of the flush: raw records to checked events of one projection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import orjson

from ..event import DeadLetter, Effect, Event, Record
from .fields import Envelope, Rejected, either, nonempty
from .lenient import parse_leniently
from .moment import Calendar

EffectReader = Callable[[Envelope], Effect]
"""Reads what an event of one type does; raises Rejected where a field it needs is wrong."""


class Reading(NamedTuple):
    """What a stretch of records says to one projection, in their order."""

    events: list[Event]
    dead_letters: list[DeadLetter]
    skipped: int


def read(
    records: Iterable[Record], readers: Mapping[str, EffectReader], calendar: Calendar
) -> Reading:
    """Check every record against the event contract, as far as `readers` need it.

    A tombstone and an event type without a reader are skipped, the latter
    without a look at the rest of the record. Nothing is ever raised for what a
    record holds: what cannot be read is a dead letter.
    """
    events: list[Event] = []
    dead: list[DeadLetter] = []
    skipped = 0
    for record in records:
        value = record.value
        if value is None:
            skipped += 1
            continue
        try:
            envelope, reader = _recognise(value, readers)
            if reader is None:
                skipped += 1
                continue
            event_id = nonempty(either(envelope, "event_id", "id"), "event_id")
            date, hour = calendar.slot(either(envelope, "occurred_at", "time"))
            events.append(Event(record.offset, event_id, date, hour, reader(envelope)))
        except Rejected as reason:
            dead.append(DeadLetter(record, str(reason)))
    return Reading(events, dead, skipped)


def _recognise(
    value: bytes, readers: Mapping[str, EffectReader]
) -> tuple[Envelope, EffectReader | None]:
    try:
        envelope = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        envelope = parse_leniently(value, str(error))
    if type(envelope) is not dict:
        raise Rejected("not a JSON object")
    event_type = envelope.get("event_type")
    if event_type is None:
        event_type = envelope.get("type")
    if type(event_type) is not str:
        raise Rejected(
            "event_type is missing" if event_type is None else "event_type is not a string"
        )
    return envelope, readers.get(event_type)
