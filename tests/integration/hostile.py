"""A log whose ids, texts, keys and headers are what few would think of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.oracle.documents import ORDER_TOPIC, USER_TOPIC, LogRecord
from tests.oracle.sample import event

DAY = "2026-10-01"

CONTROLS = "".join(
    map(chr, [*range(1, 0x20), 0x7F, *range(0x80, 0xA0), 0x200E, 0x200F, 0x061C])
) + "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF]))
"""Every character that a terminal may take for a command, or that turns text around."""

IDS = (
    "a.b", "$x", "$$ROOT", "$", ".", "..", "a..b", "$literal", "_id", "rev", "__proto__", "hours",
    "é" * 256, "x" * 512,
    "😀", "\U0001f469\u200d\U0001f467", "é", "e\u0301", "שלום", "\u202etxt.exe",
    "\u2066a\u2069",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "\r\n", "\t", "\x01", "\x7f", CONTROLS,
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "<script>alert(1)</script>",
    "[bold red]markup[/]", ":smile:", "%s%n", "{0}", "\\", '"', "'", "';DROP TABLE x;--", " ", "0",
    "null", "\U0001f3f3\ufe0f", "\ufdd0", "\ufffd", "\ue000",
)  # fmt: skip

_UNSAFE = re.compile(
    r"[^\n\x20-\x7e\xa0-\U0010ffff]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)


def unsafe(text: str) -> set[str]:
    """What of an output a terminal could take for anything but text."""
    return {f"U+{ord(each):04X}" for each in _UNSAFE.findall(text)}


def records(topic: str) -> list[LogRecord]:
    """All in one partition, each under a hostile key; every third id is sent a second time."""
    values = _of_orders() if topic == ORDER_TOPIC else _of_users()
    return [
        LogRecord(topic, 0, offset, value, IDS[offset % len(IDS)].encode(), 0)
        for offset, value in enumerate(values)
    ]


def _of_users() -> Iterator[bytes]:
    for each in IDS:
        yield _line(event("user.created", at=f"{DAY}T10:00Z", event_id=each, aggregate_id=each))
    yield from _rubbish("user.created")


def _of_orders() -> Iterator[bytes]:
    """For each id an order of that name, and a community and a promotion that paid for it."""
    for number, each in enumerate(IDS):
        ids = {"community_id": each, "promotion_id": IDS[-1 - number]}
        paid = {"order_id": each, "amount_cents": 100 + number}
        attributed = {"order_id": each} | ids
        lines = [
            event("order.created", at=f"{DAY}T09:00Z", event_id=_more(each, "c")),
            event("order.payment_succeeded", paid, at=f"{DAY}T10:00Z", event_id=each),
            event(
                "order.attribution_recorded",
                attributed,
                at=f"{DAY}T11:00Z",
                event_id=_more(each, "a"),
            ),
            event(
                "order.cancelled",
                {"order_id": each, "refund_cents": 1 + number},
                at=f"{DAY}T12:00Z",
                event_id=_more(each, "x"),
            ),
        ]
        yield from map(_line, lines)
        if number % 3 == 0:
            yield from map(_line, lines)
    nameless = {"order_id": "nameless", "community_id": "", "promotion_id": ""}
    yield _line(event("order.attribution_recorded", nameless, event_id="na"))
    paid = {"order_id": "nameless", "amount_cents": 7}
    yield _line(event("order.payment_succeeded", paid, at=f"{DAY}T23:59Z", event_id="np"))
    yield from _rubbish("order.payment_succeeded")


def _rubbish(kind: str) -> Iterator[bytes]:
    """What becomes dead letters, and what is skipped."""
    for number, each in enumerate((CONTROLS, "\x1b[31mred", "\u202etxt", "\x9b2J")):
        yield each.encode() + b"\xff\x00\x1b[2J"
        yield _line(event(kind, at=each, event_id=f"bad-{number}"))
        yield _line({"event_id": "b", "event_type": kind, each: each, "occurred_at": [each]})
        yield _line(event(each, at=each, event_id=each))
        yield _line(event(kind, {"amount_cents": each}, at=f"{DAY}T10:00Z", event_id="x" * 513))
        yield _line(event(kind, {"order_id": [each], "amount_cents": each}, at=each))


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _more(event_id: str, suffix: str) -> str:
    """Another id of at most 512 bytes for the same order."""
    return event_id.encode()[:509].decode(errors="ignore") + "/" + suffix


__all__ = ["CONTROLS", "DAY", "IDS", "ORDER_TOPIC", "USER_TOPIC", "records", "unsafe"]
