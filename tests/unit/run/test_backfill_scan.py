"""One scan for several projections, each of which has a span of its own."""

from __future__ import annotations

from datetime import UTC, timedelta

from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.run.backfill import Backfill
from sc_analytics_cli.run.backfill_plan import Plan, checkpoints_of, plan
from sc_analytics_cli.run.backfill_scan import scan
from sc_analytics_cli.run.patience import Patience
from sc_analytics_cli.settings import Rules
from tests.fakes import Notebook

from .setting import DAY, Setting, created

LATE = 4_000_000_000_000
"""A timestamp after every date: a scan begins at the beginning."""


def planned(setting: Setting, projection: Projection) -> Plan:
    """The plan for the day, of what is there now."""
    return plan(
        projection,
        setting.store,
        checkpoints_of(setting.store, projection),
        setting.ends(),
        setting.log.offsets_at,
        [DAY],
        UTC,
        timedelta(0),
    )


def test_a_plan_is_not_given_what_another_reads_further() -> None:
    """Ends are asked for one projection after the other, and the log grows in between.

    What lies between the two ends is read on where a live run has absorbed it,
    and counts once.
    """
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), created(), timestamp=LATE)
    (revenue,) = named(["revenue"])
    plans = [planned(setting, setting.projection)]
    setting.log.append("t/0", created(), created(), timestamp=LATE)
    plans.append(planned(setting, revenue))
    patience = Patience(setting.clock, Notebook(), setting.clock.sleep, None, lambda: False)
    scanned = scan(
        plans, ["t/0"], setting.store, setting.log, Rules(), setting.clock.now, patience,
        Notebook(), batch=10, stopped=lambda: False,
    )  # fmt: skip
    setting.log.append("t/0", created(), timestamp=LATE)
    flush = setting.flush()
    flush.begin("t/0", 0, 0)
    flush.write([setting.log.chunk("t/0", 0, 5)])
    parts = [scanned[setting.projection.name]]
    backfill = Backfill(plans[0], setting.store, Rules(), setting.clock.now, parts)
    assert backfill.finish(setting.log, 10).changed == {}
    assert setting.document()["orders_created"] == 5


def test_the_copy_of_an_event_whose_record_is_deleted_counts() -> None:
    """It was a duplicate as long as the log had the first one."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created("A"), created("A"), created("B"), timestamp=LATE)
    flush = setting.flush()
    flush.begin("t/0", 0, 0)
    flush.write([setting.log.chunk("t/0", 0, 3)])
    setting.log.delete_below("t/0", 1)
    made = planned(setting, setting.projection)
    patience = Patience(setting.clock, Notebook(), setting.clock.sleep, None, lambda: False)
    scanned = scan(
        [made], ["t/0"], setting.store, setting.log, Rules(), setting.clock.now, patience,
        Notebook(), batch=10, stopped=lambda: False,
    )  # fmt: skip
    parts = [scanned[setting.projection.name]]
    backfill = Backfill(made, setting.store, Rules(), setting.clock.now, parts)
    assert list(made.cut) == [DAY]
    backfill.finish(setting.log, 10)
    assert setting.document()["orders_created"] == 2
