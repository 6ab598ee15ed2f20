"""Whether log and store still fit together, and the settings to the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from ..examination import Check
from ..projections.declaration import Projection
from ..settings import Rules
from ..source.port import LiveSource
from ..store.port import Store
from .status import look
from .store_rules import refuse_other_rules, stored_rules

_IN_DAYS: Final = 48
_IN_MINUTES: Final = 120


def fitting_checks(
    projections: Mapping[Projection, str],
    rules: Rules,
    store: Callable[[], Store | None],
    source: Callable[[], LiveSource],
    clock: Callable[[], datetime],
    needs_store: Sequence[str],
    needs_log: Sequence[str],
) -> list[Check]:
    """Both checks need the store; `store` answers None where it does not exist yet."""
    return [
        Check("zone and rules", lambda: _rules(store(), rules), needs_store),
        Check(
            "retention",
            lambda: _retention(projections, store(), source, clock),
            [*needs_store, *needs_log],
        ),
    ]


def _rules(store: Store | None, rules: Rules) -> str:
    stored = None if store is None else stored_rules(store)
    if stored is None:
        return f"{rules.timezone}; the first run will decide them for good"
    refuse_other_rules(stored, rules)
    return f"{rules.timezone}, as the store was built"


def _retention(
    projections: Mapping[Projection, str],
    store: Store | None,
    source: Callable[[], LiveSource],
    clock: Callable[[], datetime],
) -> str:
    """Raise what a live run would refuse to go on with, see `status`.

    That is NotThereError where records are lost, ConflictError for another log.
    """
    if store is None:
        return "nothing was absorbed yet"
    standing = look(projections, lambda: store, source, clock)
    for error in (standing.store_error, standing.kafka_error):
        if error is not None:
            raise error
    for projection in standing.projections:
        for each in projection.partitions:
            if each.refusal is not None:
                raise each.refusal
    rooms = [
        room
        for projection in standing.projections
        for each in projection.partitions
        if (room := each.headroom_seconds(standing.at)) is not None
    ]
    if not rooms:
        return "nothing was absorbed yet"
    return f"nothing unread was deleted; the log reaches back {_long(min(rooms))} or more"


def _long(seconds: float) -> str:
    """`14 days`, `31 h`, `12 min`."""
    minutes = int(seconds // 60)
    if minutes >= _IN_DAYS * 60:
        return f"{minutes // 1440:,} days"
    return f"{minutes // 60} h" if minutes >= _IN_MINUTES else f"{minutes} min"
