"""Verify beside a live run: what is not absorbed yet is no difference, and is told apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sc_analytics_cli.run.backfill import Outcome
from sc_analytics_cli.run.backfill_plan import Plan, checkpoints_of, plan
from sc_analytics_cli.run.backfill_scan import scan
from sc_analytics_cli.run.patience import Patience
from sc_analytics_cli.run.verify import (
    PATIENCE_SECONDS,
    Behind,
    Verification,
    behind,
    read_what_is_absorbed,
    wait_for_live_runs,
)
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.overlay import OverlayStore
from tests.fakes import FakeClock, FrailStore, Notebook

from .setting import DAY, Setting, created

NEXT_DAY = "2026-10-02"
LATE = int(datetime(2026, 11, 22, 14, tzinfo=UTC).timestamp() * 1000)


class BusyClock(FakeClock):
    """Something happens whenever somebody sleeps."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = list(happens)

    def sleep(self, seconds: float) -> None:
        """Let the next thing happen."""
        super().sleep(seconds)
        if self._happens:
            self._happens.pop(0)()


class Dead(BaseException):
    """A process is killed here."""


def consume(setting: Setting) -> None:
    """A live run absorbs all that is there."""
    flush = setting.flush()
    beginnings = setting.beginnings(flush)
    ends = beginnings.prepare()
    for name, at in beginnings.take(list(ends)).items():
        flush.write([setting.log.chunk(name, at, ends[name][1])])


def planned(setting: Setting) -> Plan:
    """The plan for two dates of what is there now."""
    return plan(
        setting.projection,
        setting.store,
        checkpoints_of(setting.store, setting.projection),
        setting.ends(),
        setting.log.offsets_at,
        [DAY, NEXT_DAY],
        UTC,
        timedelta(days=1),
    )


def verify(setting: Setting, made: Plan, clock: FakeClock) -> tuple[Outcome, list[Behind]]:
    """What the command does with a plan."""
    overlay = OverlayStore(setting.store)
    wait_for_live_runs([made], overlay, clock)
    late = behind([made], overlay, setting.log)
    read_what_is_absorbed(made, overlay)
    patience = Patience(clock, Notebook(), clock.sleep, None, lambda: False)
    scanned = scan(
        [made], list(made.spans), overlay, setting.log, Rules(), clock.now, patience, Notebook(),
        batch=5, stopped=lambda: False,
    )  # fmt: skip
    parts = [scanned[setting.projection.name]]
    verification = Verification(made, setting.store, Rules(), clock, parts, overlay)
    return verification.finish(setting.log, 5), late


def test_a_live_run_that_gets_there_in_time_leaves_nothing_to_tell() -> None:
    """Verify asks again and again, and compares when all that it saw is absorbed."""
    setting = Setting()
    setting.log.append("t/0", created(), created(at=f"{NEXT_DAY}T01:00Z"), timestamp=LATE)
    consume(setting)
    setting.log.append("t/1", created(), created(), timestamp=LATE)
    clock = BusyClock(lambda: None, lambda: None, lambda: consume(setting))
    outcome, late = verify(setting, planned(setting), clock)
    assert (outcome.changed, outcome.unchanged, late) == ({}, [DAY, NEXT_DAY], [])
    assert outcome.documents == 2
    assert clock.monotonic() < 1


def test_what_is_not_absorbed_is_told_apart() -> None:
    """With its number and since when, after ten seconds; the documents agree as far as they are."""
    setting = Setting()
    setting.log.append("t/0", created(), timestamp=LATE)
    consume(setting)
    setting.log.append("t/0", created(), timestamp=LATE + 5000)
    setting.log.append("t/1", created(), created(), timestamp=LATE + 2000)
    clock = FakeClock()
    outcome, late = verify(setting, planned(setting), clock)
    since = datetime(2026, 11, 22, 14, 0, 2, tzinfo=UTC)
    assert late == [Behind("order-funnel", 3, since)]
    assert (outcome.changed, outcome.unchanged) == ({}, [DAY, NEXT_DAY])
    assert PATIENCE_SECONDS <= clock.monotonic() <= PATIENCE_SECONDS + 1


def test_what_retention_has_deleted_unread_is_not_counted() -> None:
    """It is in the log no more; `status` tells of it."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), timestamp=LATE)
    consume(setting)
    setting.log.append("t/0", created(), created(), created(), timestamp=LATE)
    setting.log.delete_below("t/0", 3)
    assert [each.records for each in behind([planned(setting)], setting.store, setting.log)] == [1]


def test_a_difference_in_what_is_absorbed_is_shown_beside_what_is_not() -> None:
    """Neither hides the other."""
    setting = Setting()
    setting.log.append("t/0", created(), created(), timestamp=LATE)
    consume(setting)
    kind = setting.projection.collection()
    setting.store.swap(kind, [setting.document() | {"orders_created": 7}])
    setting.log.append("t/0", created(), timestamp=LATE)
    outcome, late = verify(setting, planned(setting), FakeClock())
    before, after = outcome.changed[DAY]
    assert before is not None
    assert after is not None
    assert (before["orders_created"], after["orders_created"]) == (7, 2)
    assert [each.records for each in late] == [1]


def test_a_store_without_checkpoints_is_compared_at_once() -> None:
    """Nobody consumes into it: there is nobody to wait for."""
    setting = Setting()
    setting.log.append("t/0", created(), timestamp=LATE)
    clock = FakeClock()
    outcome, late = verify(setting, planned(setting), clock)
    assert list(outcome.changed) == [DAY]
    assert (late, clock.monotonic()) == ([], 0)


def test_a_partition_that_was_not_begun_is_not_absorbed() -> None:
    """A live run begins a new partition within two minutes."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), timestamp=LATE)
    consume(setting)
    setting.log.append(setting.log.add_partition(), created(), created(), timestamp=LATE)
    outcome, late = verify(setting, planned(setting), FakeClock())
    assert outcome.changed == {}
    assert [each.records for each in late] == [2]


def test_the_log_is_read_on_to_where_the_documents_are() -> None:
    """What came and was absorbed since the plan was made is no difference."""
    setting = Setting()
    setting.log.append("t/0", created(), timestamp=LATE)
    consume(setting)
    made = planned(setting)
    setting.log.append("t/0", created(), timestamp=LATE)
    setting.log.append("t/1", created(at=f"{NEXT_DAY}T01:00Z"), timestamp=LATE)
    consume(setting)
    outcome, late = verify(setting, made, FakeClock())
    assert (outcome.changed, outcome.unchanged, late) == ({}, [DAY, NEXT_DAY], [])


def test_a_flush_that_is_under_way_is_no_difference() -> None:
    """One document has it and the other has not yet: it is looked at again."""
    store = FrailStore()
    setting = Setting(store=store)
    setting.log.append("t/0", created(), created(at=f"{NEXT_DAY}T01:00Z"), timestamp=LATE)
    consume(setting)
    for instant in range(40):
        made = planned(setting)
        setting.log.append("t/0", created(), created(at=f"{NEXT_DAY}T01:00Z"), timestamp=LATE)

        def die() -> None:
            raise Dead

        store.at(instant, die)
        try:
            consume(setting)
        except Dead:
            store.calm()
        store.calm()
        outcome, _ = verify(setting, made, BusyClock(lambda: consume(setting)))
        assert outcome.changed == {}, instant
        consume(setting)
