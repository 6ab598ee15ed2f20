"""Small logs of every kind of record, drawn so that ids, orders and dates meet often."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.fakes import MemoryLog
from tests.oracle.documents import TOPIC_OF

IDS = tuple(f"e-{number}" for number in range(16))
"""The only event ids there are."""

_ORDERS = ("o-1", "o-2", "o-3")
_TIMES = (
    "2026-10-02T12:00:00Z",
    "2026-10-01T23:59:59.999999999Z",
    "2026-10-02T01:30:00+02:00",
    "2026-10-02T00:00",
    "2026-10-03T23:30:00-05:00",
    "2026-11-01 01:30:00-0400",
)
_USER_TYPES = ("created", "verified", "suspended", "reactivated", "deleted", "login_succeeded",
               "login_failed", "locked", "profile_updated")  # fmt: skip
_ORDER_TYPES = ("created", "payment_initiated", "payment_failed", "confirmed", "shipped",
                "delivered", "note_added")  # fmt: skip
_ROLES: tuple[dict[str, object], ...] = (
    {"old_role": "member", "new_role": "leader"},
    {"previous_role": "leader", "role": "member"},
    {"new_role": "leader"},
    {"old_role": "leader", "new_role": "leader"},
)
_ATTRIBUTIONS: tuple[dict[str, object], ...] = (
    {"community_id": "läufer.köln"},
    {"community_id": "$ellers", "promotion_id": "a.b"},
    {"promotion_id": ""},
)
_REFUNDS: tuple[dict[str, object], ...] = (
    {"refund_cents": 250},
    {"refund_amount_cents": 99},
    {"refund": {"amount_cents": 2**53 - 1}},
    {"refund_cents": 0},
    {},
)
_BROKEN = (b"{", b"[]", b"\xff", b'{"event_type": 5}', b'{"event_type":"user.created"}',
           b'{"event_type":"order.created"}', b'{"event_type":"order.cancelled","id":""}',
           b"\xef\xbb\xbf{}", b'{"a":NaN}')  # fmt: skip


@dataclass(frozen=True)
class SmallLog:
    """Partitions of (hole before the record, value); `tail` is a hole at every end."""

    projection: str
    partitions: tuple[tuple[tuple[int, bytes | None], ...], ...]
    tail: int = 0

    def built(self) -> MemoryLog:
        """The log, ready to be read."""
        log = MemoryLog(TOPIC_OF[self.projection], len(self.partitions))
        for name, records in zip(log.partitions(), self.partitions, strict=True):
            for hole, value in records:
                log.append(name, value, hole=hole)
            log.pad(name, self.tail)
        return log


def small_logs(projection: str) -> st.SearchStrategy[SmallLog]:
    """Logs of up to three partitions.

    There are few ids, so copies of an event come up in its own and in other
    partitions, some byte for byte, most of them saying something else.
    """
    record = st.tuples(st.sampled_from((0, 0, 0, 1, 3)), _values(projection))
    short, long = st.lists(record, max_size=6), st.lists(record, min_size=6, max_size=14)
    partition = (short | long).map(tuple)
    return st.builds(
        SmallLog,
        st.just(projection),
        st.lists(partition, min_size=1, max_size=3).map(tuple),
        st.sampled_from((0, 2)),
    )


def _values(projection: str) -> st.SearchStrategy[bytes | None]:
    says = _user_events() if projection == "user-lifecycle" else _order_events()
    sound = st.builds(_event, st.sampled_from(IDS), st.sampled_from(_TIMES), says)
    odd: st.SearchStrategy[bytes | None] = st.sampled_from((None, *_BROKEN))
    return st.one_of(sound, sound, sound, sound, sound, odd)


Said = tuple[str, dict[str, object] | None]
"""An event's type and payload."""


def _user_events() -> st.SearchStrategy[Said]:
    plain: list[Said] = [(f"user.{name}", None) for name in _USER_TYPES]
    roles: list[Said] = [("user.role_changed", roles) for roles in _ROLES]
    broken: list[Said] = [("user.role_changed", {"new_role": 5})]
    return st.sampled_from([*plain, *roles, *broken])


def _order_events() -> st.SearchStrategy[Said]:
    plain: list[Said] = [(f"order.{name}", None) for name in _ORDER_TYPES]
    orders = [{"order_id": order} for order in _ORDERS]
    payments: list[Said] = [
        ("order.payment_succeeded", order | {"amount_cents": cents})
        for order in orders
        for cents in (1000, 0, 333, 2**53 - 1, "12")
    ]
    attributions: list[Said] = [
        ("order.attribution_recorded", order | ids) for order in orders for ids in _ATTRIBUTIONS
    ]
    refunds: list[Said] = [("order.cancelled", order | ids) for order in orders for ids in _REFUNDS]
    return st.one_of(*(st.sampled_from(each) for each in (payments, attributions, refunds, plain)))


def _event(event_id: str, at: str, said: Said) -> bytes:
    kind, payload = said
    event: dict[str, object] = {"event_id": event_id, "event_type": kind, "occurred_at": at}
    return json.dumps(event if payload is None else event | {"payload": payload}).encode()
