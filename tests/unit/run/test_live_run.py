"""A live run: batches, rebalances, a store that goes away, and how it ends."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import NotThereError, UnreachableError
from sc_analytics_cli.run.spec import Latest
from sc_analytics_cli.store.port import CHECKPOINTS
from tests.fakes import FakeClock, FrailStore, MemoryFollower

from .setting import DAY, Setting, created


class Looks:
    """A `stopped` that says yes after so many looks at it: one before each poll."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


class Away:
    """A store that does not answer while its clock shows a second in `[since, back)`."""

    def __init__(self, store: FrailStore, clock: FakeClock, since: float, back: float) -> None:
        self.refused = 0
        self._clock, self._since, self._back = clock, since, back
        store.between = self._between

    def _between(self) -> None:
        if self._since <= self._clock.monotonic() < self._back:
            self.refused += 1
            raise UnreachableError("the store does not answer")


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


def store_goes_away(since: float, back: float) -> tuple[Setting, MemoryFollower, Away]:
    """A run over 30 events, 3 a second, whose store is away for a while."""
    store = FrailStore()
    setting = Setting(store=store)

    def produce() -> None:
        setting.clock.sleep(0.34)
        setting.log.append("t/0", created())
        setting.log.append("t/1", created())

    follower = setting.follower(*[produce] * 15)
    run = setting.live_run(follower, lambda: setting.clock.monotonic() > 100)
    away = Away(store, setting.clock, since, back)
    run.run()
    return setting, follower, away


@pytest.mark.parametrize("since", [0.0, 0.5, 1.1, 2.9])
@pytest.mark.parametrize("length", [0.1, 3, 90])
def test_a_store_away_and_back(since: float, length: float) -> None:
    """It is said once a minute, the group membership is kept up, and nothing is lost."""
    setting, follower, away = store_goes_away(since, since + length)
    assert setting.total("orders_created") == 30
    assert (setting.checkpoint("t/0"), setting.checkpoint("t/1")) == ([[0, 15]], [[0, 15]])
    assert len(setting.notebook.messages) == (away.refused > 0) + (
        length == 90 and away.refused > 0
    )
    assert follower.rested >= (length - 1.1 if away.refused else 0)
    assert follower.committed == {"t/0": 15, "t/1": 15}


def test_nothing_is_committed_that_is_not_stored() -> None:
    """While the store is away the group hears of no progress."""
    seen: list[dict[str, int]] = []

    class Watched(MemoryFollower):
        def rest(self, timeout: float) -> None:
            seen.append(dict(self.committed))
            super().rest(timeout)

    store = FrailStore()
    setting = Setting(partitions=1, store=store)
    setting.log.append("t/0", *[created() for _ in range(9)])
    follower = Watched(setting.log, setting.clock, *[lambda: None] * 2)
    run = setting.live_run(follower, lambda: setting.clock.monotonic() > 30, records=3)
    away = Away(store, setting.clock, 0.0, 1e9)
    with pytest.raises(UnreachableError):
        run.run()
    assert away.refused > 3
    assert len(seen) > 3
    assert all(committed == {} for committed in seen)


def test_a_store_that_is_away_when_partitions_are_taken() -> None:
    """Is waited for before anything is read."""
    store = FrailStore()
    setting = Setting(partitions=1, store=store)
    setting.log.append("t/0", created())
    run = setting.live_run(setting.follower())
    away = Away(store, setting.clock, 0.0, 7.0)
    run.run(until={})
    run = setting.live_run(setting.follower())
    run.run(until=setting.ends())
    assert away.refused
    assert setting.total("orders_created") == 1


def refuse() -> None:
    """Answer no more."""
    raise UnreachableError("the store does not answer")


def test_a_rebalance_while_the_store_is_away_leaves_no_hole() -> None:
    """What came with the poll that told of it is not stored before what was let go.

    Here the partition is gone right afterwards, and its next reader begins at the checkpoint.
    """
    store = FrailStore()
    setting = Setting(store=store)

    def gives_the_other() -> None:
        setting.log.append("t/0", created(), created())
        store.at(0, refuse)
        follower.assign(["t/0", "t/1"])

    follower = setting.follower(
        lambda: follower.assign(["t/0"]),
        lambda: setting.log.append("t/0", created()),
        gives_the_other,
        lambda: follower.assign(["t/1"]),
    )
    setting.live_run(follower, lambda: setting.clock.monotonic() > 5, records=1000).run()
    setting.live_run(setting.follower()).run(until=setting.ends())
    assert setting.total("orders_created") == 3
    assert setting.checkpoint() == [[0, 3]]


def test_a_store_that_came_back_without_its_last_writes() -> None:
    """Is believed: reading begins anew where it says, and nothing above is stored before."""
    store = FrailStore()
    setting = Setting(store=store)
    kinds = (CHECKPOINTS, setting.projection.collection())

    def fails_over() -> None:
        for kind in kinds:
            store.remove(kind, list(store.scan(kind)))
        store.put(CHECKPOINTS, before)
        refuse()

    follower = setting.follower(
        lambda: follower.assign(["t/0"]),
        lambda: setting.log.append("t/0", created(), created()),
        *[lambda: None] * 6,
        lambda: setting.log.append("t/0", created()),
        lambda: store.at(0, fails_over),
        *[lambda: None] * 3,
        lambda: follower.assign(["t/1"]),
    )
    run = setting.live_run(follower, lambda: setting.clock.monotonic() > 9, records=1000)
    before = list(store.scan(CHECKPOINTS))
    run.run()
    setting.live_run(setting.follower()).run(until=setting.ends())
    assert setting.total("orders_created") == 3
    assert setting.checkpoint() == [[0, 3]]


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
