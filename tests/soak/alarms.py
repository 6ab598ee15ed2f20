"""How often a report calls an ordinary day broken, on the traffic of ``demo --live``; in memory.

``python -m tests.soak.alarms --rate 0.1 --seeds 5`` folds 44 days of each seed as a consumer
would, looks at all reports after every hour and 20 minutes into it, judges the last 30 days, and
prints each false alarm and the count. docs/report.md tells of the last measurement.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from sc_analytics_cli.event import Chunk, LogRecord
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.report.judged import DAYS, Judged
from sc_analytics_cli.report.marks import Mark, marks
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.traffic.event_json import event_json
from sc_analytics_cli.traffic.happening import Happening
from sc_analytics_cli.traffic.shop import Shop

START = datetime(2026, 9, 1, tzinfo=UTC)
JUDGED_DAYS = 30
_PARTITION = "made/0"
_LOOKS = (timedelta(minutes=20), timedelta(hours=1))


class Watch:
    """One shop, its documents in memory, and what reports say of them."""

    def __init__(self, seed: int, rate: float) -> None:
        self._coming = Shop(seed, rate).happenings(START.timestamp())
        self._next = next(self._coming)
        self._now = START
        self._store = MemoryStore()
        self._flushes = [
            Flush(each, self._store, Rules(), lambda: self._now) for each in named(["all"])
        ]
        self.sent = 0
        for flush in self._flushes:
            flush.begin(_PARTITION, 0, 0)

    def looks(self) -> Iterator[list[Mark]]:
        """What is marked at each look of the days that are judged."""
        for day in range(DAYS + JUDGED_DAYS):
            for hour in range(24):
                for part in _LOOKS:
                    self._absorb(START + timedelta(days=day, hours=hour) + part)
                    if day >= DAYS:
                        yield [mark for each in self._flushes for mark in self._marks(each, day)]

    def _marks(self, flush: Flush, day: int) -> list[Mark]:
        date = (START + timedelta(days=day)).date()
        days = [(date - timedelta(days=ago)).isoformat() for ago in range(DAYS + 1)]
        documents = self._store.load(flush.projection.collection(), days)
        return marks(Judged(flush.projection, date, documents, self._now, UTC))

    def _absorb(self, until: datetime) -> None:
        """Count everything that happens up to an instant."""
        happened = list(takewhile(lambda each: each.at < until.timestamp(), self._rest()))
        self._now = until
        records = [
            (each.topic, LogRecord(number, event_json(each, f"own-{number}")))
            for number, each in enumerate(happened, self.sent)
        ]
        end = self.sent + len(records)
        for flush in self._flushes:
            own = [record for topic, record in records if topic == flush.projection.topic]
            flush.write([Chunk(_PARTITION, self.sent, end, own, "made")])
        self.sent = end

    def _rest(self) -> Iterator[Happening]:
        while True:
            yield self._next
            self._next = next(self._coming)


def main() -> int:
    """Print the false alarms of every seed, and how many days have one."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.alarms", description=__doc__)
    parser.add_argument("--rate", type=float, default=0.1, help="events a second")
    parser.add_argument("--seeds", type=int, default=5, help="seeds from 1 to this")
    asked = parser.parse_args()
    alarmed: set[tuple[int, str]] = set()
    looks = events = 0
    for seed in range(1, asked.seeds + 1):
        watch = Watch(seed, asked.rate)
        for found in watch.looks():
            looks += 1
            for mark in found:
                alarmed.add((seed, mark.date))
                sys.stdout.write(f"seed {seed}: {mark.report} {mark.date}: {mark.words}\n")
        events += watch.sent
    days = asked.seeds * JUDGED_DAYS
    sys.stdout.write(
        f"{asked.rate:g} events a second, {asked.seeds} seeds, {events:,} events, {looks:,} looks: "
        f"{len(alarmed)} of {days} days with a false alarm\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
