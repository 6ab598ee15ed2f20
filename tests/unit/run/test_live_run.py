"""A live run: batches, rebalances, and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from sc_analytics_cli.errors import NotThereError, UnreachableError
from sc_analytics_cli.run.spec import Latest

from .setting import DAY, Setting, created


class Looks:
    """A `stopped` that says yes after so many looks at it: one before each poll."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_until_the_end() -> None:
    """It stops by itself once all that was there at the start is absorbed, and tells the group."""
    setting = Setting()
    setting.log.append("t/0", *[created() for _ in range(12)])
    setting.log.append("t/1", *[created() for _ in range(3)])
    follower = setting.follower()
    run = setting.live_run(follower)
    run.run(until=setting.ends())
    assert setting.total("orders_created") == 15
    assert (run.tally.read, setting.notebook.total.read) == (15, 15)
    assert follower.committed == {"t/0": 12, "t/1": 3}
    assert setting.clock.monotonic() < 5


def test_an_empty_log_has_its_end_at_once() -> None:
    """Also where offsets at the end hold no record for us."""
    setting = Setting()
    setting.live_run(setting.follower()).run(until=setting.ends())
    setting.log.append("t/0", created())
    setting.log.pad("t/0", 3)
    setting.live_run(setting.follower()).run(until=setting.ends())
    assert setting.checkpoint("t/0") == [[0, 4]]
    assert setting.clock.monotonic() < 5


def test_the_end_may_be_reached_by_others() -> None:
    """A process without partitions waits for them, and ends when they are done."""
    setting = Setting()
    setting.log.append("t/0", *[created() for _ in range(6)])
    other = setting.flush()
    follower = setting.follower(
        lambda: follower.assign([]),
        lambda: other.write([setting.log.chunk("t/0", 0, 3)]),
        lambda: None,
        lambda: other.write([setting.log.chunk("t/0", 3, 6)]),
    )
    run = setting.live_run(follower)
    run.run(until=setting.ends())
    assert (run.tally.read, setting.total("orders_created")) == (0, 6)


def test_batches_end_by_size() -> None:
    """Never more than so many records at once."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(12)])
    setting.live_run(setting.follower(), Looks(4), records=5, seconds=1e9).run()
    assert setting.notebook.batches == [{"t/0": 5}, {"t/0": 10}, {"t/0": 12}]


def test_batches_end_by_time() -> None:
    """A lone record is stored after a second, not when the batch is full."""
    setting = Setting(partitions=1)
    shown: list[tuple[float, int]] = []

    def look() -> None:
        shown.append((setting.clock.monotonic(), setting.total("orders_created")))

    script = [look, lambda: setting.log.append("t/0", created()), *[look] * 8]
    setting.live_run(setting.follower(*script), Looks(10), records=1000).run()
    assert shown[0] == (0, 0)
    first = next(at for at, total in shown if total)
    assert 1.0 <= first <= 1.5


def test_a_stop_drains() -> None:
    """What was polled is stored and committed before the run returns."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(4)])
    follower = setting.follower()
    setting.live_run(follower, Looks(2), records=1000, seconds=1e9).run()
    assert setting.total("orders_created") == 4
    assert follower.committed == {"t/0": 4}
    assert setting.checkpoint() == [[0, 4]]


def test_a_broker_that_goes_away_loses_nothing() -> None:
    """What was polled is stored, and the error is the caller's."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", *[created() for _ in range(4)])

    def breaks() -> None:
        raise UnreachableError("no broker answers")

    follower = setting.follower(lambda: None, lambda: None, breaks)
    with pytest.raises(UnreachableError, match="no broker answers"):
        setting.live_run(follower, records=1000, seconds=1e9).run()
    assert setting.total("orders_created") == 4


def test_a_rebalance_in_the_middle() -> None:
    """What is ours no more was stored by then; what another one stored is not read again."""
    setting = Setting()
    for name in ("t/0", "t/1"):
        setting.log.append(name, *[created() for _ in range(9)])
    other = setting.flush()
    follower = setting.follower(
        lambda: follower.assign(["t/0"]),
        lambda: None,
        lambda: other.write([setting.log.chunk("t/1", 0, 5)]),
        lambda: follower.assign(["t/0", "t/1"]),
    )
    run = setting.live_run(follower, records=4)
    run.run(until=setting.ends())
    assert setting.total("orders_created") == 18
    assert setting.checkpoint("t/1") == [[0, 9]]
    assert run.tally.redelivered == 0


def test_a_partition_that_went_away_and_came_back() -> None:
    """Goes on where the store says, with what another one stored meanwhile behind it."""
    setting = Setting()
    for name in ("t/0", "t/1"):
        setting.log.append(name, *[created() for _ in range(9)])
    other = setting.flush()

    def rebalance() -> None:
        other.write([setting.log.chunk("t/0", 0, 7)])
        follower.revoke_and_return("t/0")

    follower = setting.follower(*[lambda: None] * 3, rebalance)
    setting.live_run(follower, records=3, seconds=1e9).run(until=setting.ends())
    assert setting.total("orders_created") == 18
    assert setting.checkpoint("t/0") == [[0, 9]]


def test_two_members_pass_partitions_to_and_fro() -> None:
    """Each event counts once, although neither hears of the change before its next poll."""
    setting = Setting()
    for name in ("t/0", "t/1"):
        setting.log.append(name, *[created() for _ in range(40)])
    followers = [setting.follower(), setting.follower()]
    looks = [Looks(0), Looks(0)]
    runs = [
        setting.live_run(follower, stopped, records=3, seconds=1e9)
        for follower, stopped in zip(followers, looks, strict=True)
    ]
    for turn in range(30):
        mine, others = (["t/0"], ["t/1"]) if turn % 3 else (["t/0", "t/1"], [])
        followers[turn % 2].assign(mine)
        followers[1 - turn % 2].assign(others)
        for run, stopped in zip(runs, looks, strict=True):
            stopped.left = 3
            run.run()
    assert setting.total("orders_created") == 80
    assert (setting.checkpoint("t/0"), setting.checkpoint("t/1")) == ([[0, 40]], [[0, 40]])


def test_a_partition_added_later_is_read_from_its_start() -> None:
    """Without a restart."""
    setting = Setting(partitions=1)
    setting.log.append("t/0", created())

    def grow() -> None:
        setting.log.append(setting.log.add_partition(), created(), created())
        follower.assign(["t/0", "t/1"])

    follower = setting.follower(*[lambda: None] * 3, grow)
    setting.live_run(follower, Looks(9), start=Latest()).run()
    assert setting.total("orders_created") == 2
    assert setting.checkpoint("t/1") == [[0, 2]]


def test_ranges_stay_one_over_restarts() -> None:
    """A document says that it has what earlier runs read, although nothing there was for it."""
    setting = Setting(partitions=1)
    for day in (DAY, "2026-10-02", DAY):
        setting.log.append("t/0", created(at=f"{day}T10:00Z"), None)
        setting.live_run(setting.follower()).run(until=setting.ends())
    assert setting.document()["source"]["t/0"]["ranges"] == [[0, 6]]
    assert setting.checkpoint() == [[0, 6]]


def test_a_gap_that_appears_while_running_ends_the_run() -> None:
    """What was polled is stored before."""
    setting = Setting()
    for name in ("t/0", "t/1"):
        setting.log.append(name, *[created() for _ in range(5)])

    def deletes() -> None:
        setting.log.delete_below("t/1", 3)
        follower.assign(["t/0", "t/1"])

    follower = setting.follower(lambda: follower.assign(["t/0"]), lambda: None, deletes)
    with pytest.raises(NotThereError, match="offsets 0 to 2 of t/1 are gone"):
        setting.live_run(follower, records=1000, seconds=1e9).run()
    assert setting.checkpoint("t/1") == [[0, 0]]


def test_a_stop_is_said_at_once_also_while_a_batch_is_being_written() -> None:
    """With all the records that are still to be stored; and it is said once."""
    setting, began = Setting(), threading.Event()
    setting.log.append("t/0", *[created() for _ in range(5)])
    told: list[bool] = []

    def stopping() -> bool:
        return any("stopping" in each for each in setting.notebook.messages)

    def slowly(action: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()

        def write() -> None:
            deadline = time.monotonic() + 60
            while not stopping() and time.monotonic() < deadline:
                time.sleep(0.01)
            told.append(stopping())
            future.set_result(action())

        threading.Thread(target=write).start()
        began.set()
        return future

    setting.live_run(setting.follower(), began.is_set, ahead=slowly).run()
    assert told == [True]
    said = [each for each in setting.notebook.messages if "stopping" in each]
    assert said == ["order-funnel: stopping; 5 records that were read are to be stored"]
    assert setting.total("orders_created") == 5
