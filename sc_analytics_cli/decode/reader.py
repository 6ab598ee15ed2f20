"""Step 2 of the flush: raw records to checked events of one projection."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import orjson

from ..event import DeadLetter, Effect, Event, Fact, Record
from .fields import MAX_ID_BYTES, Envelope, Rejected, either, nonempty
from .lenient import parse_leniently
from .moment import Calendar

EffectReader = Callable[[Envelope], Effect]
"""Reads what an event of one type does; raises Rejected where a field it needs is wrong."""


_event: Callable[[tuple[object, ...]], Event] = partial(tuple.__new__, Event)
"""An event of all its fields; a named tuple's own constructor takes twice as long."""


class FunctionFailed(Exception):
    """A `function` that a projection was declared with has raised `error` at `offset`."""

    def __init__(self, function: str, error: Exception) -> None:
        super().__init__(function)
        self.function = function
        self.error = error
        self.offset = -1


class Reading(NamedTuple):
    """What a stretch of records says to one projection, in their order.

    `of_other_dates` counts the events that were read and left out, see `read`.
    """

    events: list[Event]
    dead_letters: list[DeadLetter]
    skipped: int
    of_other_dates: int = 0


def read(
    records: Iterable[Record],
    readers: Mapping[str, EffectReader],
    calendar: Calendar,
    dates: Container[str] | None = None,
) -> Reading:
    """Check every record against the event contract, as far as `readers` need it.

    A tombstone and an event type without a reader are skipped, the latter
    without a look at the rest of the record. With `dates`, events of others are
    checked and left out; not facts, which matter to their orders whatever their date.
    Nothing is ever raised for what a record holds: what cannot be read is a dead
    letter. Raises FunctionFailed where a reader does.
    """
    events: list[Event] = []
    dead: list[DeadLetter] = []
    skipped = elsewhere = 0
    slot, found, loads = calendar.slot, events.append, orjson.loads
    for record in records:
        value = record.value
        if value is None:
            skipped += 1
            continue
        try:
            try:
                envelope = loads(value)
            except orjson.JSONDecodeError as error:
                envelope = parse_leniently(value, str(error))
            if type(envelope) is not dict:
                raise Rejected("not a JSON object")
            event_type = envelope.get("event_type")
            reader = readers.get(event_type if type(event_type) is str else _type_of(envelope))
            if reader is None:
                skipped += 1
                continue
            event_id = envelope.get("event_id")
            # Looked at in place first: a call takes as long as all of that.
            if (
                type(event_id) is not str
                or not event_id.isascii()
                or not 0 < len(event_id) <= MAX_ID_BYTES
                or "\0" in event_id
            ):
                event_id = nonempty(either(envelope, "event_id", "id"), "event_id")
            instant = envelope.get("occurred_at")
            date, hour = slot(envelope.get("time") if instant is None else instant)
            effect = reader(envelope)
            if isinstance(effect, Fact):
                found(_event((record.offset, event_id, date, hour, (), effect)))
            elif dates is None or date in dates:
                found(_event((record.offset, event_id, date, hour, effect, None)))
            else:
                elsewhere += 1
        except Rejected as reason:
            dead.append(DeadLetter(record, str(reason)))
        except FunctionFailed as failed:
            failed.offset = record.offset
            raise
    return Reading(events, dead, skipped, elsewhere)


def _type_of(envelope: Envelope) -> str:
    event_type = either(envelope, "event_type", "type")
    if type(event_type) is not str:
        raise Rejected(
            "event_type is missing" if event_type is None else "event_type is not a string"
        )
    return event_type
