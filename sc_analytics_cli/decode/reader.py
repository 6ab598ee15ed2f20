"""Step 2 of the flush: raw records to checked events of one projection."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

import orjson

from ..event import DeadLetter, Event, Fact, Record
from .columns import event_of, read_at_once
from .fields import MAX_ID_BYTES, Envelope, Rejected, either, nonempty
from .lenient import parse_leniently
from .moment import Calendar
from .reading import EffectReader, FunctionFailed, Reading

_AT_ONCE: Final = 64
"""Records that are tried at once: where one is out of the ordinary, all are read once more."""


def read(
    records: Sequence[Record],
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
    found = Reading()
    for start in range(0, len(records), _AT_ONCE):
        part = records[start : start + _AT_ONCE]
        found.add(
            read_at_once(part, readers, calendar, dates)
            or read_one_by_one(part, readers, calendar, dates)
        )
    return found


def read_one_by_one(
    records: Sequence[Record],
    readers: Mapping[str, EffectReader],
    calendar: Calendar,
    dates: Container[str] | None,
) -> Reading:
    """What `read` promises, with nothing taken for granted."""
    found = Reading()
    for record in records:
        if record.value is None:
            found.skipped += 1
            continue
        try:
            event = _event_in(record.offset, record.value, readers, calendar)
        except Rejected as reason:
            found.dead_letters.append(DeadLetter(record, str(reason)))
        except FunctionFailed as failed:
            failed.offset = record.offset
            raise
        else:
            if event is None:
                found.skipped += 1
            elif dates is None or event.date in dates or event.fact is not None:
                found.events.append(event)
            else:
                found.of_other_dates += 1
    return found


def _event_in(
    offset: int, value: bytes, readers: Mapping[str, EffectReader], calendar: Calendar
) -> Event | None:
    """The event; None for one of a type that has no reader. Raises Rejected."""
    try:
        envelope = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        envelope = parse_leniently(value, str(error))
    if type(envelope) is not dict:
        raise Rejected("not a JSON object")
    event_type = envelope.get("event_type")
    reader = readers.get(event_type if type(event_type) is str else _type_of(envelope))
    if reader is None:
        return None
    event_id = envelope.get("event_id")
    # Looked at in place first: a call takes as long as all of that.
    if (
        type(event_id) is not str
        or not event_id.isascii()
        or not 0 < len(event_id) <= MAX_ID_BYTES
        or "\0" in event_id
    ):
        event_id = nonempty(either(envelope, "event_id", "id"), "event_id")
    date, hour = calendar.slot(either(envelope, "occurred_at", "time"))
    effect = reader(envelope)
    if isinstance(effect, Fact):
        return event_of((offset, event_id, date, hour, (), effect))
    return event_of((offset, event_id, date, hour, effect, None))


def _type_of(envelope: Envelope) -> str:
    event_type = either(envelope, "event_type", "type")
    if type(event_type) is not str:
        raise Rejected(
            "event_type is missing" if event_type is None else "event_type is not a string"
        )
    return event_type
