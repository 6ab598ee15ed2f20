"""A projection before and after its reading of some records was mended.

A record may carry what the old reading took for its payload, under `before`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from sc_analytics_cli.decode.fields import Envelope, Rejected
from sc_analytics_cli.decode.reading import EffectReader
from sc_analytics_cli.event import Effect
from sc_analytics_cli.fold.field import Shape
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.settings import Rules
from tests.fakes import MemoryLog
from tests.oracle.documents import TOPIC_OF

from .logs import IDS

LATE = 4_000_000_000_000
"""A record's timestamp: long after every date, so that a scan begins at the beginning."""

DATES = ("2026-10-01", "2026-10-02", "2026-10-03")
_ORDERS = ("o-1", "o-2")
_AMOUNTS = (1000, 333, 0, 7, "12", None)
_COMMUNITIES = ("a.b", "$ellers", 5, None)

Says = Callable[[str, Any], dict[str, object]]


def old_reading(projection: str, version: int = 1) -> Projection:
    """The projection as it was: it reads `before` where a record has one."""
    (now,) = named([projection])

    class Before(now, name=now.name, report=now.report, topic=now.topic, version=version):
        stages, shares = (), {}  # of reports, which show nothing here

        @classmethod
        def readers(cls, rules: Rules) -> dict[str, EffectReader]:
            return {kind: _looking_back(read) for kind, read in super().readers(rules).items()}

    Before.shape = Shape(now.shape.fields, version)
    return Before


def _looking_back(reader: EffectReader) -> EffectReader:
    def read(envelope: Envelope) -> Effect:
        if envelope.get("before") == "unreadable":
            raise Rejected("unreadable")
        if "before" in envelope:
            return reader({**envelope, "payload": envelope["before"]})
        return reader(envelope)

    return read


def _payment(order: str, cents: Any) -> dict[str, object]:
    return {"order_id": order, "amount_cents": cents}


def _refund(order: str, cents: Any) -> dict[str, object]:
    return {"order_id": order, "refund_cents": cents}


def _attribution(order: str, community: Any) -> dict[str, object]:
    return {"order_id": order, "community_id": community}


_KINDS: Mapping[str, tuple[Says, tuple[Any, ...]]] = {
    "order.payment_succeeded": (_payment, _AMOUNTS),
    "order.cancelled": (_refund, _AMOUNTS),
    "order.attribution_recorded": (_attribution, _COMMUNITIES),
}


@st.composite
def values(draw: st.DrawFn, event_id: str, *, only_unread: bool) -> bytes:
    """An event of an order; one in two says something else in the two readings.

    With `only_unread` the old reading cannot read what the new one reads otherwise.
    """
    kind = draw(st.sampled_from(sorted(_KINDS)))
    says, contents = _KINDS[kind]
    order, date = draw(st.sampled_from(_ORDERS)), draw(st.sampled_from(DATES))
    event: dict[str, object] = {
        "event_id": event_id,
        "event_type": kind,
        "occurred_at": f"{date}T{draw(st.integers(0, 23)):02}:00:00Z",
        "payload": says(order, draw(st.sampled_from(contents))),
    }
    if draw(st.booleans()):
        was: dict[str, object] | str = says(order, draw(st.sampled_from(contents)))
        event["before"] = "unreadable" if only_unread else was
    return json.dumps(event).encode()


@st.composite
def logs(draw: st.DrawFn, *, only_unread: bool = False) -> MemoryLog:
    """One to three partitions of order events; each id occurs once."""
    log = MemoryLog(TOPIC_OF["revenue"], draw(st.integers(1, 3)))
    ids = list(IDS)
    for _ in range(draw(st.integers(1, len(IDS)))):
        partition = draw(st.sampled_from(log.partitions()))
        log.append(partition, draw(values(ids.pop(), only_unread=only_unread)), timestamp=LATE)
    return log
