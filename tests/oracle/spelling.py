"""Writes facts down as record values, in the many ways that the event contract allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from .world import Fact

Style = Literal["plain", "varied", "hostile"]
"""Everyday spellings; all that are allowed; and those that few would think of."""

CLOUD_NAMES = {
    "event_id": "id",
    "event_type": "type",
    "occurred_at": "time",
    "aggregate_id": "subject",
    "payload": "data",
}
_PAYLOAD_NAMES = {"old_role": "previous_role", "new_role": "role"}
_OFFSETS = (-720, -570, -480, -300, 0, 60, 120, 330, 345, 540, 840)


def native(fact: Fact, event_id: str) -> dict[str, object]:
    """Return a fact as an event under the contract's own names."""
    event: dict[str, object] = {
        "event_id": event_id,
        "event_type": fact.type,
        "occurred_at": everyday_time(fact.at),
        "aggregate_id": fact.key,
    }
    if fact.payload is not None:
        event["payload"] = dict(fact.payload)
    return event


def as_cloud_event(event: dict[str, object]) -> dict[str, object]:
    """Return an event under the names of CloudEvents 1.0."""
    renamed = {CLOUD_NAMES.get(name, name): value for name, value in event.items()}
    return {"specversion": "1.0", "source": "/shop", **renamed}


def everyday_time(at: int) -> str:
    """Spell an instant as most producers do: UTC, milliseconds, Z."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def spell(rng: Random, fact: Fact, event_id: str, style: Style, cloud_events: float) -> bytes:
    """Return a fact as a record value."""
    event = native(fact, event_id)
    if style != "plain":
        event["occurred_at"] = _any_time(rng, fact.at)
        payload = event.get("payload")
        if isinstance(payload, dict):
            event["payload"] = _any_payload(rng, payload)
        _place_ids(rng, fact, event)
    if rng.random() < cloud_events:
        event = as_cloud_event(event)
    if style == "plain":
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        return text.encode()
    if rng.random() < 0.06:
        _add_decoys(rng, event)
    if rng.random() < 0.05:
        event |= _extras(style)
    if rng.random() < 0.2:
        names = list(event)
        rng.shuffle(names)
        event = {name: event[name] for name in names}
    return _any_json(rng, event)


def _any_time(rng: Random, at: int) -> str:
    moment = datetime.fromtimestamp(at // 1000, UTC)
    millis = at % 1000
    ways: tuple[tuple[int, Callable[[], str]], ...] = (
        (60, lambda: everyday_time(at)),
        (10, lambda: f"{moment:%Y-%m-%dT%H:%M:%S}Z"),
        (4, lambda: f"{moment:%Y-%m-%dT%H:%M:%S}.{millis:03d}999999Z"),
        (2, lambda: f"{moment:%Y-%m-%dT%H:%M:%S}.{millis // 100}"),
        (4, lambda: f"{moment:%Y-%m-%dT%H:%M:%S}.{millis:03d}000"),
        (2, lambda: f"{moment:%Y-%m-%dt%H:%M:%S}z"),
        (3, lambda: f"{moment:%Y-%m-%d %H:%M:%S}+00:00"),
        (2, lambda: f"{moment:%Y-%m-%dT%H:%M}Z"),
        (1, lambda: f"{moment:%Y-%m-%d %H:%M}"),
        (12, lambda: _with_offset(rng, moment)),
    )
    return rng.choices([way for _, way in ways], [weight for weight, _ in ways])[0]()


def _with_offset(rng: Random, moment: datetime) -> str:
    minutes = rng.choice(_OFFSETS)
    local = moment + timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    forms = [f"{sign}{hours:02d}:{rest:02d}", f"{sign}{hours:02d}{rest:02d}"]
    if rest == 0:
        forms.append(f"{sign}{hours:02d}")
    return f"{local:%Y-%m-%dT%H:%M:%S}{rng.choice(forms)}"


def _any_payload(rng: Random, payload: dict[str, object]) -> dict[str, object]:
    if rng.random() < 0.3:
        payload = {_PAYLOAD_NAMES.get(name, name): value for name, value in payload.items()}
        if "role" in payload and rng.random() < 0.2:
            payload |= {"new_role": None}
    if "refund_cents" in payload:
        cents = payload.pop("refund_cents")
        forms: tuple[dict[str, object], ...] = (
            {"refund_cents": cents},
            {"refund_amount_cents": cents},
            {"refund": {"amount_cents": cents}},
            {"refund_cents": None, "refund": {"amount_cents": cents, "method": "card"}},
            {"refund_cents": cents, "refund_amount_cents": "not looked at"},
        )
        payload |= rng.choices(forms, (30, 30, 30, 5, 5))[0]
    if "community_id" not in payload and "promotion_id" in payload and rng.random() < 0.3:
        payload["community_id"] = None
    return payload


def _place_ids(rng: Random, fact: Fact, event: dict[str, object]) -> None:
    """Leave out one of the two places of an order's id, never both."""
    payload = event.get("payload")
    chance = rng.random()
    if not isinstance(payload, dict) or "order_id" not in payload:
        # Nothing but order facts needs an id besides the event's own.
        if fact.type.startswith("user.") and chance < 0.05:
            del event["aggregate_id"]
    elif chance < 0.1:
        del payload["order_id"]
    elif chance < 0.15:
        event["aggregate_id"] = rng.choice((None, 7, {"id": fact.key}, ["x"], "another"))
    elif chance < 0.2:
        del event["aggregate_id"]


def _add_decoys(rng: Random, event: dict[str, object]) -> None:
    """Add the other name of a field: ignored where the first is there, or null beside it."""
    for first, second in CLOUD_NAMES.items():
        if first in event and second not in event and rng.random() < 0.4:
            event[second] = rng.choice(("decoy", 5, None, []))
        elif second in event and first not in event and rng.random() < 0.4:
            event[first] = None


def _extras(style: Style) -> dict[str, object]:
    """Return fields that nobody uses and that must not disturb anyone."""
    found: dict[str, object] = {
        "trace": {"ids": [[1, [2, [3]]], {"": None}], "sampled": True},
        "ratio": 1.5e-7,
        "big": 2**63 + 1,
        "note": 'quote " backslash \\ tab \t emoji 😀 separator \u2028 end',
    }
    if style == "hostile":
        # Surrogate escapes and numbers of any size are grammatical JSON.
        found |= {"huge": 10**300, "broken pair \ud800": "\udfff", "nul": "\0"}
    return found


def _any_json(rng: Random, event: dict[str, object]) -> bytes:
    ascii_only = rng.random() < 0.3
    separators = rng.choice(((",", ":"), (", ", ": "), (" ,\t", " : ")))
    text = json.dumps(event, ensure_ascii=ascii_only, separators=separators)
    if rng.random() < 0.02:
        # The last of two equal names wins, so this one is never seen.
        text = '{"event_id":"shadowed","id":5,' + text[1:] if "event_id" in event else text
    if rng.random() < 0.02:
        text = f" {text}\t"
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(event).encode()
