"""A live run whose store goes away: it waits, and begins anew where the store then says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sc_analytics_cli.errors import UnreachableError
from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import CHECKPOINTS
from tests.fakes import FakeClock, FrailStore, MemoryFollower

from .setting import Setting, created


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
    assert len(setting.notebook.warnings) == (away.refused > 0) + (
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


class Unwritable(MemoryStore):
    """A store that can be read, but not written once it is told so."""

    refusing = False

    def swap(self, kind: str, documents: Sequence[Document]) -> dict[str, str]:
        """See Store.swap."""
        if self.refusing:
            raise UnreachableError("the store does not answer")
        return super().swap(kind, documents)


def test_a_bounded_run_gives_up_on_a_store_that_can_only_be_read() -> None:
    """Though everything else that it asks is answered."""
    store = Unwritable()
    setting = Setting(store=store)
    setting.log.append("t/0", created())
    run = setting.live_run(setting.follower(), limit=10.0)
    store.refusing = True
    with pytest.raises(UnreachableError):
        run.run(setting.ends())
    assert setting.clock.monotonic() < 30
