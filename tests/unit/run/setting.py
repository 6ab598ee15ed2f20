"""A small world to run things in: a log, a store, a clock, and short ways to write events."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.run.ahead import Start, at_once
from sc_analytics_cli.run.consume import LiveRun, Pace
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.run.same_log import as_absorbed
from sc_analytics_cli.run.spec import Earliest, Spec
from sc_analytics_cli.run.start import Accepted, Beginnings
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import CHECKPOINTS
from tests.fakes import FakeClock, MemoryFollower, MemoryLog, Notebook

DAY = "2026-10-01"
_numbers = count(1)


def event(
    kind: str, payload: object = None, *, event_id: str = "", at: str = f"{DAY}T10:00Z"
) -> bytes:
    """An event with an id of its own, unless one is given."""
    found = {"event_id": event_id or f"own-{next(_numbers)}", "event_type": kind, "occurred_at": at}
    return json.dumps(found if payload is None else found | {"payload": payload}).encode()


def created(event_id: str = "", at: str = f"{DAY}T10:00Z") -> bytes:
    """An order that is created."""
    return event("order.created", event_id=event_id, at=at)


class Setting:
    """One projection of one log in one store; processes are made as they are needed."""

    def __init__(
        self,
        projection: str = "order-funnel",
        partitions: int = 2,
        store: MemoryStore | None = None,
    ) -> None:
        (self.projection,) = named([projection])
        self.log = MemoryLog("t", partitions)
        self.store = store or MemoryStore()
        self.clock = FakeClock()
        self.notebook = Notebook()

    def flush(self) -> Flush:
        """The write path of a new process."""
        return Flush(self.projection, self.store, Rules(), self.clock.now)

    def beginnings(
        self,
        flush: Flush | None = None,
        start: Spec | None = None,
        *,
        accept_gap: bool = False,
        accept_new_topic: bool = False,
    ) -> Beginnings:
        """Where a new process begins."""
        source = as_absorbed(self.log, self.store, ["t"], accept_new=accept_new_topic)
        accepted = Accepted(accept_gap, accept_new_topic)
        return Beginnings(
            flush or self.flush(), source, "t", start or Earliest(), accepted, self.clock,
            self.notebook,
        )  # fmt: skip

    def follower(self, *script: Callable[[], object]) -> MemoryFollower:
        """A member of the group that is given everything, unless the script says otherwise."""
        return MemoryFollower(self.log, self.clock, *script)

    def live_run(
        self,
        follower: MemoryFollower,
        stopped: Callable[[], bool] = lambda: False,
        *,
        records: int = 5,
        seconds: float = 1.0,
        start: Spec | None = None,
        limit: float | None = None,
        ahead: Start = at_once,
        flush: Flush | None = None,
    ) -> LiveRun:
        """A new live process, with its checkpoints prepared."""
        beginnings = self.beginnings(flush, start)
        beginnings.prepare()
        pace = Pace(records, seconds)
        return LiveRun(
            beginnings.flush, follower, beginnings, pace, self.clock, self.notebook, stopped,
            ahead, limit=limit,
        )  # fmt: skip

    def ends(self) -> dict[str, tuple[int, int]]:
        """The bounds of the log."""
        return self.log.bounds(self.log.partitions())

    def checkpoint(self, partition: str = "t/0") -> Any:
        """The ranges of a stored checkpoint; None where there is none."""
        identity = f"{self.projection.name}:{partition}"
        found = list(self.store.scan(CHECKPOINTS, identity, identity))
        return found[0]["ranges"] if found else None

    def document(self, date: str = DAY) -> Document:
        """A stored document."""
        (found,) = self.store.scan(self.projection.collection(), date, date)
        return found

    def total(self, field: str) -> int:
        """A field, over all dates."""
        return sum(each[field] for each in self.store.scan(self.projection.collection()))
