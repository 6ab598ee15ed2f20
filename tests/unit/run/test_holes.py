"""Behind what could not be stored nothing is stored: it would never be read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import pytest

from sc_analytics_cli.errors import (
    AnalyticsError,
    DeclarationError,
    NotThereError,
    UnreachableError,
    UnreadableError,
)
from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.fold.field import Count
from sc_analytics_cli.projections.declaration import DailyProjection
from sc_analytics_cli.run.ahead import at_once
from sc_analytics_cli.run.flush import Flush
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore
from tests.fakes import MemoryFollower

from .setting import Setting, created, event


class Held:
    """A `Start` whose action begins when it is let go; until then its batch is being written."""

    def __init__(self) -> None:
        self._begin: Callable[[], None] | None = lambda: None

    def __call__(self, action: Callable[[], Any], /) -> Future[Any]:
        """See Start."""
        if self._begin is None:
            return at_once(action)
        future: Future[Any] = Future()

        def begin() -> None:
            try:
                future.set_result(action())
            except AnalyticsError as error:
                future.set_exception(error)

        self._begin = begin
        return future

    def let_go(self) -> None:
        """Write the batch, and whatever comes later at once."""
        begin, self._begin = self._begin, None
        assert begin is not None
        begin()


class Away(MemoryStore):
    """A store that does not answer the first claim."""

    answers = False

    def claim(self, ledger: str, claims: Mapping[str, Coordinate]) -> dict[str, str]:
        """See Store.claim."""
        if not self.answers:
            self.answers = True
            raise UnreachableError("the store is away")
        return super().claim(ledger, claims)


def rebalanced_behind(setting: Setting, flush: Flush | None, stops: bool) -> None:
    """Write five records, and be given more while that fails and four others wait."""
    held, over = Held(), False

    def rebalance() -> None:
        nonlocal over
        over = stops
        held.let_go()
        follower.assign(["t/0", "t/1"])

    nothing = lambda: None  # noqa: E731
    follower = setting.follower(lambda: follower.assign(["t/0"]), nothing, nothing, rebalance)
    setting.live_run(follower, lambda: over, seconds=1e9, ahead=held, flush=flush).run()


def test_too_many_dead_letters_and_a_rebalance() -> None:
    """What comes before them is stored; a run with a higher limit reads everything else."""
    setting = Setting()
    setting.log.append("t/0", created(), b"bad", b"bad", *[created() for _ in range(6)])

    def process(limit: int) -> Flush:
        return Flush(
            setting.projection, setting.store, Rules(), setting.clock.now, max_dead_letters=limit
        )

    with pytest.raises(UnreadableError):
        rebalanced_behind(setting, process(2), stops=False)
    assert setting.checkpoint() == [[0, 3]]
    setting.live_run(setting.follower(), flush=process(9)).run(setting.ends())
    assert setting.checkpoint() == [[0, 9]]
    assert setting.total("orders_created") == 7


def test_a_store_that_is_away_a_stop_and_a_rebalance() -> None:
    """Nothing is stored, and the next run begins where this one did."""
    setting = Setting(store=Away())
    setting.log.append("t/0", *[created() for _ in range(9)])
    with pytest.raises(UnreachableError):
        rebalanced_behind(setting, None, stops=True)
    assert setting.checkpoint() == [[0, 0]]
    setting.live_run(setting.follower()).run(setting.ends())
    assert setting.total("orders_created") == 9


class Doubtful(MemoryFollower):
    """Finds once, at its second batch, that the topic is another one."""

    asked_at = -1
    answers = 0

    def ask(self) -> None:
        """See Follower.ask."""
        self.asked_at = self.polls

    def confirm(self) -> None:
        """See Follower.confirm; what was polled since was not asked about."""
        assert self.asked_at == self.polls
        self.answers += 1
        if self.answers == 2:
            raise NotThereError("another topic")


def test_another_topic_is_said_once() -> None:
    """Nobody asks again about the same records: they are let go."""
    setting = Setting()
    setting.log.append("t/0", *[created() for _ in range(9)])
    nothing = lambda: None  # noqa: E731
    follower = Doubtful(
        setting.log,
        setting.clock,
        lambda: follower.assign(["t/0"]),
        nothing,
        nothing,
        lambda: follower.assign(["t/0", "t/1"]),
    )
    with pytest.raises(NotThereError):
        setting.live_run(follower, seconds=1e9).run()
    assert setting.checkpoint() == [[0, 5]]
    assert setting.total("orders_created") == 5


class BoldDaily(DailyProjection, name="bold", report="bold", topic="order", version=1):
    """Counts without asking whether the field is there."""

    hits = Count("shop.searched", when=lambda envelope, rules: envelope["payload"]["hits"] > 0)


def test_a_function_that_fails_ends_the_run_behind_what_it_could_read() -> None:
    """The chunks before it are stored, that of the record and what follows are not."""
    setting = Setting(partitions=1)
    setting.projection = BoldDaily
    found = [event("shop.searched", {"hits": 1}) for _ in range(8)]
    setting.log.append("t/0", *found[:7], event("shop.searched", {}), *found[7:])
    with pytest.raises(DeclarationError, match="failed at t/0:7"):
        setting.live_run(setting.follower(), records=3).run(setting.ends())
    assert setting.checkpoint() == [[0, 6]]
    assert setting.total("hits") == 6
