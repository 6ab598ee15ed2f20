"""The order in which "first" and "later" are decided, told to the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.oracle.decode import Event, first_of, read_event, read_object
from tests.oracle.documents import Expected, LogRecord


def as_they_arrived(
    recorded: Iterable[LogRecord], alone: Callable[[LogRecord], Expected]
) -> list[LogRecord]:
    """Records in the order of arrival, from the order in which they were recorded.

    The first sound copy of an event that was recorded is the event; other copies
    and what cannot be read come last, where they change nothing. Of the facts of
    an order, one that was recorded late goes before those with a higher offset in
    its partition. `alone` is what the oracle makes of a record by itself.
    """
    ids: set[str] = set()
    orders: dict[object, list[LogRecord]] = {}
    effectless: list[LogRecord] = []
    rest: list[LogRecord] = []
    for record in recorded:
        event = _event(record) if alone(record).counted else None
        if event is None or event.id in ids:
            rest.append(record)
            continue
        ids.add(event.id)
        if event.type == "order.cancelled" and not alone(record).documents:
            effectless.append(record)
        else:
            _insert(orders.setdefault(_order(event), []), record)
    return [record for told in orders.values() for record in told] + effectless + rest


def _insert(told: list[LogRecord], late: LogRecord) -> None:
    for index, other in enumerate(told):
        if other.partition == late.partition and other.offset > late.offset:
            told.insert(index, late)
            return
    told.append(late)


def _event(record: LogRecord) -> Event:
    assert record.value is not None
    return read_event(read_object(record.value))


def _order(event: Event) -> object:
    payload = first_of(event.fields, "payload", "data")
    named = payload.get("order_id") if isinstance(payload, dict) else None
    return (
        named if isinstance(named, str) else str(first_of(event.fields, "aggregate_id", "subject"))
    )
