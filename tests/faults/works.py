"""The four commands that write, as work on any store: begun, ended anywhere, begun again.

The log is in memory and small, its outcome depends on no interleaving, and it
holds everything that is unusual: duplicates, late and broken records, refunds
and attributions before their payments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sc_analytics_cli.cli.rebuild import make_plans, rebuild
from sc_analytics_cli.cli.rebuild_request import KAFKA, Request
from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.run import dead_letters
from sc_analytics_cli.run.consume import LiveRun, Pace
from sc_analytics_cli.run.flush import Flush, Reached, unobserved
from sc_analytics_cli.run.patience import Patience
from sc_analytics_cli.run.replay import Share, check_no_hole, replay
from sc_analytics_cli.run.retry import Retry
from sc_analytics_cli.run.spec import Earliest
from sc_analytics_cli.run.start import Accepted, Beginnings
from sc_analytics_cli.settings import Rules, Settings
from sc_analytics_cli.store.port import DEAD_LETTERS, LAST, Store
from tests.fakes import FakeClock, MemoryFollower, MemoryLog, Notebook
from tests.oracle.documents import TOPIC_OF, Expected, expected
from tests.oracle.traffic import traffic
from tests.scenario.world import plain

from .fuse import Fuse, Mortal

PARTITIONS, BATCH = 2, 40
BROKEN = b"{"


@dataclass
class Work:
    """One command of one projection.

    `prepare` brings an empty store to where the command begins; `run` is the
    command, and `Work.run` again is what a person types after its end.
    """

    projection: Projection
    log: MemoryLog
    prepare: Callable[[Work, Store], None]
    carry_out: Callable[[Work, Store, Fuse, Reached], None]

    def run(self, store: Store, fuse: Fuse | None = None, reached: Reached = unobserved) -> None:
        """Run the command to its end, or until the fuse has burnt down."""
        self.carry_out(self, store, fuse or Fuse(), reached)

    def wrong(self, store: Store) -> Mapping[str, Any]:
        """What the documents say otherwise than the oracle: nothing, if all is well."""
        name = self.projection.name
        found = {
            each["date"]: plain(each)
            for each in store.scan(self.projection.collection())
            if each["hours"]
        }
        wanted = oracle(name).documents
        return {
            date: (found.get(date), wanted.get(date))
            for date in {**found, **wanted}
            if found.get(date) != wanted.get(date)
        }


@cache
def oracle(projection: str) -> Expected:
    """What the log leads to."""
    return expected(projection, _sent().of(projection))


def works(projection: str) -> dict[str, Work]:
    """Command → its work."""
    (declared,) = named([projection])
    return {
        "consume": Work(declared, _log(projection), _nothing, _consume),
        "replay": Work(declared, _log(projection), _half, _replay),
        "backfill": Work(declared, _log(projection), _spoilt, _backfill),
        "retry": Work(declared, _log(projection), _unread, _retry),
    }


@cache
def _sent() -> Any:
    return traffic(
        seed=5, events=60, days=2, partitions=PARTITIONS, duplicates=0.2, late=0.3,
        malformed=0.1, tombstones=0.05, unlisted=0.05, user_share=0.4, attributed=0.9,
        cancelled=0.4,
    )  # fmt: skip


def _log(projection: str, *, broken: int = 0) -> MemoryLog:
    """The log; with `broken`, every so many records cannot be read."""
    log = MemoryLog(TOPIC_OF[projection], PARTITIONS)
    for number, record in enumerate(_sent().of(projection), 1):
        spoil = broken and number % broken == 0
        value = BROKEN if spoil else record.value
        place = f"{record.topic}/{record.partition}"
        log.append(place, value, timestamp=record.timestamp_ms)
    return log


def _nothing(work: Work, store: Store) -> None:
    """The first run of all."""


def _half(work: Work, store: Store) -> None:
    """A run that has come half the way."""
    flush = Flush(work.projection, store, Rules(), FakeClock().now)
    for name, (first, end) in work.log.bounds(work.log.partitions()).items():
        flush.begin(name, first, first)
        flush.write([work.log.chunk(name, first, end // 2)])


def _spoilt(work: Work, store: Store) -> None:
    """Everything is counted; then one document is wrong, one missing, and one too many."""
    _consume(work, store, Fuse(), unobserved)
    kind = work.projection.collection()
    wrong, missing = list(store.scan(kind))[:2]
    field = next(name for name in work.projection.shape.fields if isinstance(wrong[name], int))
    store.swap(kind, [wrong | {field: wrong[field] + 5}])
    store.remove(kind, [missing])
    extra: Document = {**wrong, "_id": "2027-01-01", "date": "2027-01-01", "source": {}}
    store.swap(kind, [{key: value for key, value in extra.items() if key != "rev"}])


def _unread(work: Work, store: Store) -> None:
    """Every fifth record could not be read; its dead letter holds what can be read now."""
    with_broken = _log(work.projection.name, broken=5)
    _consume(Work(work.projection, with_broken, _nothing, _consume), store, Fuse(), unobserved)
    letters = []
    for letter in _letters(work, store):
        at = dead_letters.coordinate_of(letter)
        (record,) = work.log.chunk(at.partition, at.offset, at.offset + 1).records
        value = record.value or b""
        letters.append(letter | {"value": value, "value_bytes": len(value)})
    store.swap(DEAD_LETTERS, letters)


def _letters(work: Work, store: Store) -> list[Document]:
    prefix = f"{work.projection.name}:"
    return list(store.scan(DEAD_LETTERS, prefix, prefix + LAST))


def _consume(work: Work, store: Store, fuse: Fuse, reached: Reached) -> None:
    clock, observer = FakeClock(), Notebook()
    flush = Flush(work.projection, store, Rules(), clock.now, reached)
    beginnings = Beginnings(
        flush, work.log, work.log.topic, Earliest(), Accepted(), clock, observer
    )
    ends = beginnings.prepare()
    follower = Mortal(MemoryFollower(work.log, clock), fuse)
    pace = Pace(BATCH, 1.0)
    LiveRun(flush, follower, beginnings, pace, clock, observer, lambda: False).run(ends)


def _replay(work: Work, store: Store, fuse: Fuse, reached: Reached) -> None:
    clock, observer = FakeClock(), Notebook()
    flush = Flush(work.projection, store, Rules(), clock.now, reached)
    spans = work.log.bounds(work.log.partitions())
    patience = Patience(clock, observer, clock.sleep, None, lambda: False)
    check_no_hole(flush, spans, observer)
    reader = Mortal(work.log.read(spans), fuse)
    shares = [Share(flush, spans)]
    replay(reader, shares, patience, observer, batch=BATCH, stopped=lambda: False)


def _backfill(work: Work, store: Store, fuse: Fuse, reached: Reached) -> None:
    dates = [*oracle(work.projection.name).documents, "2027-01-01"]
    request = Request([work.projection.name], dates, KAFKA, 1, timedelta(hours=24), False)
    settings = Settings(flush_records=BATCH, timeout=60.0)
    log = Mortal(work.log, fuse)
    plans = make_plans(settings, store, log, request)
    rebuild(settings, store, log, plans, request, Notebook(), {})


def _retry(work: Work, store: Store, fuse: Fuse, reached: Reached) -> None:
    retry = Retry(work.projection, store, Rules(), FakeClock().now)
    for letter in _letters(work, store):
        retry.retry(letter)
