"""Keeping the record of a run around the run itself."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from .. import bootstrap
from ..fold.field import Document
from ..report.differences import differences
from ..run import runs
from ..run.backfill import Outcome
from ..run.backfill_plan import Plan
from ..store.port import Store
from .progress import Lines
from .voice import say


class Record:
    """A run's record, complete once `note` was called."""

    def __init__(self, document: Document, plans: Sequence[Plan]) -> None:
        self.document = document
        self.events = 0
        self.changes: list[Document] = []
        self._plans = plans

    def note(self, observer: Lines, outcomes: Mapping[str, Outcome]) -> None:
        """Keep what the run has read and changed, as far as it came."""
        self.events = sum(tally.read for tally in observer.tallies.values())
        self.changes = [
            change._asdict()
            for plan in self._plans
            if plan.projection.name in outcomes
            for change in differences(
                plan.projection, outcomes[plan.projection.name].changed.values()
            )
        ]


@contextmanager
def recorded(store: Store, plans: Sequence[Plan]) -> Iterator[Record]:
    """Store a record before the run, complete it afterwards; a killed run stays unfinished."""
    clock = bootstrap.SystemClock()
    dates = {each.projection.name: each.dates for each in plans}
    record = Record(runs.start(store, "backfill", _who(), dates, clock.now()), plans)
    try:
        yield record
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        status = "interrupted" if interrupted else "failed"
        runs.end(store, record.document, status, record.events, record.changes, clock.now())
        if interrupted:
            say(f"it can be run again; sc-analytics runs show {record.document['_id']} tells of it")
        raise
    runs.end(store, record.document, runs.DONE, record.events, record.changes, clock.now())


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "?"
    return f"{user}@{socket.gethostname()}"
