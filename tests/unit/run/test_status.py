"""What `status` finds out: from the log, from the store, and from one of them alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sc_analytics_cli.cli.status import Limits, wrong
from sc_analytics_cli.errors import ConflictError, NotThereError, UnreachableError
from sc_analytics_cli.run import runs
from sc_analytics_cli.run.standing import PartitionStanding, Standing
from sc_analytics_cli.run.status import look
from sc_analytics_cli.store.port import CHECKPOINTS

from .setting import DAY, Setting, created

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def stamp(seconds_ago: float) -> int:
    return int((NOW - timedelta(seconds=seconds_ago)).timestamp() * 1000)


def seen(setting: Setting) -> Standing:
    return look({setting.projection: "t"}, lambda: setting.store, lambda: setting.log, lambda: NOW)


def partition(standing: Standing, number: int = 0) -> PartitionStanding:
    return standing.projections[0].partitions[number]


def absorb(setting: Setting, end: int, start: int = 0, name: str = "t/0") -> None:
    flush = setting.flush()
    flush.write([setting.log.chunk(name, start, end)])


def test_a_partition_that_lags() -> None:
    """Lag in records and in time, what retention leaves, and what arrived lately."""
    setting = Setting(partitions=1)
    for ago in (9000, 8000, 600, 400, 200, 100):
        setting.log.append("t/0", created(), timestamp=stamp(ago))
    absorb(setting, 3)
    found = partition(seen(setting))
    assert (found.position, found.first, found.end, found.lag) == (3, 0, 6, 3)
    assert found.behind(NOW) == 400
    assert (found.headroom, found.headroom_seconds(NOW)) == (3, 8600)
    assert found.arriving == pytest.approx(2 / 300)
    assert found.flushed_at is not None
    assert (found.gaps, found.fault) == ([], None)


def test_a_partition_that_is_up_to_date() -> None:
    """No lag, in no time; a stopped consumer would have as long as the log reaches back."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), timestamp=stamp(500))
    absorb(setting, 1)
    standing = seen(setting)
    assert (partition(standing).lag, partition(standing).behind(NOW)) == (0, 0.0)
    assert partition(standing).headroom_seconds(NOW) == 500
    assert (standing.projections[0].lag, standing.projections[0].behind(NOW)) == (0, 0.0)


def test_what_holds_no_record_has_no_age() -> None:
    """Offsets of transaction markers alone are lag, but nothing is late in them."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), timestamp=stamp(500))
    absorb(setting, 1)
    setting.log.pad("t/0", 1)
    found = partition(seen(setting))
    assert (found.lag, found.behind(NOW)) == (1, None)


def test_nothing_absorbed_yet() -> None:
    """Everything is lag, from the log's start on."""
    setting = Setting(partitions=2)
    setting.log.append("t/1", created(), created(), timestamp=stamp(30))
    setting.log.delete_below("t/1", 1)
    standing = seen(setting)
    assert [each.lag for each in standing.projections[0].partitions] == [0, 1]
    assert [each.fresh for each in standing.projections[0].partitions] == [True, True]
    assert standing.projections[0].behind(NOW) == 30


def test_what_retention_took_is_a_fault() -> None:
    """Records that are gone before they were absorbed; the lag counts what is left."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(5)], timestamp=stamp(60))
    absorb(setting, 2)
    setting.log.delete_below("t/0", 4)
    found = partition(seen(setting))
    assert found.fault == "offsets 2 to 3 of t/0 are gone, not absorbed"
    assert (found.lag, found.headroom) == (1, -2)


def test_a_topic_made_anew_is_a_fault() -> None:
    """The same words as those of the run that refuses it."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), created())
    setting.beginnings().prepare()
    absorb(setting, 2)
    setting.log.topic_id = "id-2"
    found = partition(seen(setting))
    assert "t/0 is not the log that was read before" in (found.fault or "")
    assert isinstance(found.refusal, ConflictError)


def test_a_gap_stays_in_sight() -> None:
    """Ranges below the position that were never absorbed."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(9)])
    absorb(setting, 2)
    flush = setting.flush()
    flush.begin("t/0", 6, 6)
    flush.write([setting.log.chunk("t/0", 6, 9)])
    assert partition(seen(setting)).gaps == [(2, 6)]


def test_what_else_waits_for_a_person() -> None:
    """Open dead letters, dates of another version, runs that never ended."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created(), b"broken", b"{}")
    absorb(setting, 3)
    document: Any = setting.document()
    setting.store.swap(setting.projection.collection(), [document | {"version": 0}])
    run = runs.start(setting.store, "backfill", "me@here", {}, NOW)
    found = seen(setting)
    assert found.projections[0].dead_letters == 2
    assert found.projections[0].stale == [DAY]
    assert found.unfinished == [run["_id"]]


def away() -> Any:
    raise UnreachableError("nobody is there")


def missing() -> Any:
    raise NotThereError("there is no store file")


def test_without_kafka_the_stores_half_is_told() -> None:
    """Positions and last flushes; of the lag nothing is said."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created())
    absorb(setting, 1)
    standing = look({setting.projection: "t"}, lambda: setting.store, away, lambda: NOW)
    found = partition(standing)
    assert (found.position, found.end, found.lag, found.behind(NOW)) == (1, None, None, None)
    assert standing.kafka_error is not None
    assert standing.store_error is None


def test_without_the_store_the_logs_half_is_told() -> None:
    """The ends; neither a lag nor that nothing was absorbed is made up."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created())
    standing = look({setting.projection: "t"}, away, lambda: setting.log, lambda: NOW)
    found = partition(standing)
    assert (found.position, found.fresh, found.end, found.lag) == (None, False, 1, None)
    assert standing.projections[0].dead_letters is None
    assert standing.store_error is not None


def test_a_store_that_does_not_exist_is_an_empty_one() -> None:
    """As before the first run."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created())
    standing = look({setting.projection: "t"}, missing, lambda: setting.log, lambda: NOW)
    assert (partition(standing).fresh, partition(standing).lag) == (True, 1)


LIMITS = {
    "nothing is asked for": (Limits(None, None), []),
    "the lag is allowed": (Limits(3, None), []),
    "the lag is above": (Limits(2, None), ["order-funnel t/0: lag 3 records, allowed 2"]),
    "the age is allowed": (Limits(None, 400), []),
    "the age is above": (Limits(None, 399), ["order-funnel t/0: 6m 40s behind, allowed 6m 39s"]),
}


@pytest.mark.parametrize("case", LIMITS)
def test_what_is_wrong(case: str) -> None:
    """Only what is above a limit, a line each."""
    setting = Setting(partitions=2)
    for ago in (400, 200, 100):
        setting.log.append("t/0", created(), timestamp=stamp(ago))
    limits, lines = LIMITS[case]
    assert list(wrong(seen(setting), limits)) == lines


@pytest.mark.parametrize(
    ("members", "lines"),
    [
        (0, ["order-funnel: no consumer runs, lag 3 records"]),
        (1, []),
        (None, []),
    ],
)
def test_a_lag_that_nobody_works_at_is_wrong(members: int | None, lines: list[str]) -> None:
    """Where we may look at the group; where not, nothing is made up."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(3)], timestamp=stamp(60))
    if members is not None:
        setting.log.group_members[setting.projection.group()] = members
    standing = seen(setting)
    assert standing.projections[0].members == members
    assert list(wrong(standing, Limits(None, None))) == lines
    assert list(wrong(standing, Limits(3, None))) == []
    absorb(setting, 3)
    assert list(wrong(seen(setting), Limits(None, None))) == []


def test_a_fault_is_wrong_whatever_the_limits() -> None:
    """Lost records are always said."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(5)])
    absorb(setting, 2)
    setting.log.delete_below("t/0", 4)
    (line,) = wrong(seen(setting), Limits(None, None))
    assert line == "order-funnel t/0: offsets 2 to 3 of t/0 are gone, not absorbed"


def test_looking_writes_nothing() -> None:
    """Not even a checkpoint."""
    setting = Setting()
    setting.log.append("t/0", created())
    seen(setting)
    assert list(setting.store.scan(CHECKPOINTS)) == []
