"""Ways to break an event, each of which makes a dead letter in at least one projection."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from .spelling import as_cloud_event, native
from .world import Fact

Fields = dict[str, object]

BAD_TIMES: tuple[object, ...] = (
    "yesterday", "", " ", "2026-10-01", "2026-10-01T", "2026-10-01T10", "2026-13-01T10:00:00Z",
    "2026-02-29T10:00:00Z", "2026-10-01T24:00:00Z", "2026-10-01T10:60:00Z",
    "2026-12-31T23:59:60Z", "2026-10-01T10:00:00.Z", "2026-10-01T10:00:00.1234567890Z",
    "2026-10-01T10:00:00+24:00", "2026-10-01T10:00:00+01:60", "2026-10-01T10:00:00+1:00",
    "2026-10-01T10:00:00 Z", " 2026-10-01T10:00:00Z", "2026-10-01T10:00:00Z\n",
    "2026-10-01X10:00:00Z", "20261001T100000Z", "2026-W40-4T10:00:00Z", "2026-274T10:00:00Z",
    "٢٠٢٦-10-01T10:00:00Z", "26-10-01T10:00:00Z", "+2026-10-01T10:00:00Z",
    "1969-12-31T23:59:59Z", "1970-01-01T00:30:00+01:00", "9999-01-01T00:00:00Z",
    "9998-12-31T23:30:00-01:00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00", "2026-10-01T10:00:00 Europe/Berlin", "2026-10-01T10:00:00−01:00",
    1_790_000_000, 1_790_000_000.5, True, [], {}, None,
)  # fmt: skip
BAD_CENTS: tuple[object, ...] = (
    "1990", "", 19.9, 1990.0, 1e2, True, False, -1, -1990, 2**53, 2**63, 2**64, 10**30, [], [5],
    {"cents": 5}, None,
)  # fmt: skip
BAD_IDS: tuple[object, ...] = (
    "", 5, 5.5, True, [], {"id": "x"}, "x" * 513, "é" * 257, "a\0b", "\0", "\ud800", "x\udfff",
)  # fmt: skip

_ORDER_IDS = frozenset({"order.payment_succeeded", "order.attribution_recorded"})
_PAYLOADS = _ORDER_IDS | {"user.role_changed"}


def _set(name: str, *values: object) -> Callable[[Fields, Random], None]:
    def change(event: Fields, rng: Random) -> None:
        event[name] = rng.choice(values)

    return change


def _set_payload(name: str, *values: object) -> Callable[[Fields, Random], None]:
    def change(event: Fields, rng: Random) -> None:
        payload = event["payload"]
        assert isinstance(payload, dict)
        payload[name] = rng.choice(values)

    return change


def _no_order_id(event: Fields, _rng: Random) -> None:
    _set_payload("order_id", None)(event, _rng)
    event["aggregate_id"] = None


def _no_attribution(event: Fields, rng: Random) -> None:
    _set_payload("community_id", None)(event, rng)
    _set_payload("promotion_id", None)(event, rng)


_EVENT_KINDS: dict[str, tuple[frozenset[str] | None, Callable[[Fields, Random], None]]] = {
    "event id missing": (None, _set("event_id", None)),
    "event id bad": (None, _set("event_id", *BAD_IDS)),
    "type missing": (None, _set("event_type", None)),
    "type not a string": (None, _set("event_type", 5, True, [], {})),
    "time bad": (None, _set("occurred_at", *BAD_TIMES)),
    "time missing": (None, _set("occurred_at", None)),
    "not a number": (None, _set("extra", float("nan"), float("inf"), -float("inf"))),
    "payload not an object": (_PAYLOADS, _set("payload", [], "x", 5, True, None)),
    "order id missing": (_ORDER_IDS, _no_order_id),
    "order id bad": (_ORDER_IDS, _set_payload("order_id", *BAD_IDS)),
    "amount bad": (
        frozenset({"order.payment_succeeded"}),
        _set_payload("amount_cents", *BAD_CENTS),
    ),
    "refund bad": (
        frozenset({"order.cancelled"}),
        _set_payload("refund_cents", *(cents for cents in BAD_CENTS if cents is not None)),
    ),
    "attribution empty": (frozenset({"order.attribution_recorded"}), _no_attribution),
    "attribution bad": (
        frozenset({"order.attribution_recorded"}),
        _set_payload("community_id", *(bad for bad in BAD_IDS if bad != "")),
    ),
    "new role missing": (frozenset({"user.role_changed"}), _set_payload("new_role", None)),
    "new role bad": (frozenset({"user.role_changed"}), _set_payload("new_role", 5, True, [])),
}

_TEXT_KINDS: dict[str, Callable[[str], str]] = {
    "truncated": lambda text: text[: len(text) * 2 // 3],
    "single quotes": lambda text: text.replace('"', "'"),
    "trailing comma": lambda text: text[:-1] + ",}",
    "two objects": lambda text: text + text,
    "trailing rubbish": lambda text: text + " ;",
    "array": lambda text: f"[{text}]",
    "string": json.dumps,
    "number": lambda _text: "42",
    "not JSON": lambda _text: "ERROR: upstream timed out",
    "byte-order mark": lambda text: "\ufeff" + text,
    "control character": lambda text: text.replace('"', '"\x01', 1),
    "nested deeply": lambda text: text[:-1] + ',"deep":' + "[" * 50_000 + "]" * 50_000 + "}",
}

_BYTE_KINDS: dict[str, Callable[[bytes], bytes]] = {
    "stray byte": lambda value: value[:-1] + b',"extra":"\xff"}',
    "overlong": lambda value: value[:-1] + b',"extra":"\xc1\xbf"}',
    "encoded surrogate": lambda value: value[:-1] + b',"extra":"\xed\xa0\x80"}',
    "UTF-16": lambda value: value.decode().encode("utf-16-le"),
}

TEXT_KINDS = (*_EVENT_KINDS, *_TEXT_KINDS)
"""The kinds whose values are valid UTF-8."""
ALL_KINDS = (*TEXT_KINDS, *_BYTE_KINDS)


def applies(kind: str, fact: Fact) -> bool:
    """Tell whether a fact can be broken in this way."""
    if kind not in _EVENT_KINDS:
        return True
    types, _ = _EVENT_KINDS[kind]
    return types is None or fact.type in types


def break_(rng: Random, kind: str, fact: Fact, event_id: str, cloud_events: float) -> bytes:
    """Return a fact as a broken record value."""
    event = native(fact, event_id)
    if kind in _EVENT_KINDS:
        _, change = _EVENT_KINDS[kind]
        change(event, rng)
    if rng.random() < cloud_events:
        event = as_cloud_event(event)
    text = json.dumps(event)
    if kind in _TEXT_KINDS:
        text = _TEXT_KINDS[kind](text)
    value = text.encode()
    return _BYTE_KINDS[kind](value) if kind in _BYTE_KINDS else value
