"""The order in which "first" and "later" are decided, told to the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.oracle.decode import MalformedError, first_of, read_event, read_object
from tests.oracle.documents import LogRecord


def as_they_arrived(
    recorded: Iterable[LogRecord], sound: Callable[[LogRecord], bool]
) -> list[LogRecord]:
    """Records in the order of arrival, from the order in which they were recorded.

    The first sound copy of an event that was recorded is the event; other copies
    and what cannot be read come last, where they change nothing. Of an order,
    what was recorded late goes before what has a higher offset in its partition.
    """
    events: dict[str, LogRecord] = {}
    rest: list[LogRecord] = []
    for record in recorded:
        if sound(record) and _id(record) not in events:
            events[_id(record)] = record
        else:
            rest.append(record)
    orders: dict[object, list[LogRecord]] = {}
    for record in events.values():
        _insert(orders.setdefault(_order(record), []), record)
    return [record for told in orders.values() for record in told] + rest


def _insert(told: list[LogRecord], late: LogRecord) -> None:
    for index, other in enumerate(told):
        if other.partition == late.partition and other.offset > late.offset:
            told.insert(index, late)
            return
    told.append(late)


def _id(record: LogRecord) -> str:
    assert record.value is not None
    return read_event(read_object(record.value)).id


def _order(record: LogRecord) -> object:
    assert record.value is not None
    try:
        fields = read_object(record.value)
    except MalformedError:
        return None
    payload = first_of(fields, "payload", "data")
    named = payload.get("order_id") if isinstance(payload, dict) else None
    return named if isinstance(named, str) else str(first_of(fields, "aggregate_id", "subject"))
