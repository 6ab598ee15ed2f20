"""Short ways to write a log by hand."""

from __future__ import annotations

import json
from itertools import count

from .documents import TOPIC_OF, Expected, LogRecord, expected

_numbers = count(1)

DAY = "2026-11-22"
NOON = f"{DAY}T12:00:00Z"


def event(
    kind: str,
    payload: object = None,
    *,
    at: object = NOON,
    event_id: object = "",
    **fields: object,
) -> dict[str, object]:
    """Return an event under the contract's own names, with an id of its own unless given."""
    found: dict[str, object] = {
        "event_id": f"e-{next(_numbers)}" if event_id == "" else event_id,
        "event_type": kind,
        "occurred_at": at,
    }
    if payload is not None:
        found["payload"] = payload
    return found | fields


def pay(order: str, cents: object, at: object = NOON, **payload: object) -> dict[str, object]:
    """Return a payment."""
    fields = {"order_id": order, "amount_cents": cents, **payload}
    return event("order.payment_succeeded", fields, at=at)


def cancel(order: str, at: object = NOON, **payload: object) -> dict[str, object]:
    """Return a cancellation."""
    return event("order.cancelled", {"order_id": order, **payload}, at=at)


def attribute(order: str, **ids: object) -> dict[str, object]:
    """Return an attribution."""
    return event("order.attribution_recorded", {"order_id": order, **ids}, at=NOON)


def log(projection: str, *values: dict[str, object] | bytes | None) -> list[LogRecord]:
    """Return a log of one partition."""
    return [
        LogRecord(
            TOPIC_OF[projection],
            0,
            offset,
            json.dumps(value).encode() if isinstance(value, dict) else value,
        )
        for offset, value in enumerate(values)
    ]


def run(
    projection: str,
    *values: dict[str, object] | bytes | None,
    timezone: str = "UTC",
    currency: str | None = None,
    leader_roles: frozenset[str] = frozenset({"leader"}),
) -> Expected:
    """Return what is expected of a log of one partition."""
    return expected(
        projection,
        log(projection, *values),
        timezone=timezone,
        currency=currency,
        leader_roles=leader_roles,
    )


def figures(found: Expected, day: str = DAY) -> dict[str, object]:
    """Return the fields of a day's document that are neither 0, null nor empty."""
    document = found.documents[day]
    return {name: value for name, value in document.items() if value and name != "date"}


def dead(found: Expected) -> list[int]:
    """Return the offsets of the dead letters."""
    return [offset for _, _, offset in found.dead_letters]
