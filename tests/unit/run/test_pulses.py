"""The signs of life of a live run, and what it says of its partitions."""

from __future__ import annotations

from sc_analytics_cli.errors import UnreachableError

from .setting import Setting, created
from .test_live_run import Looks


def test_a_run_that_reads_tells_its_lags() -> None:
    """At once where its partitions change, and about every five seconds."""
    setting = Setting()
    setting.log.append("t/0", *[created() for _ in range(7)])
    setting.live_run(setting.follower(), Looks(100)).run()
    first, *others = setting.notebook.heard
    assert (first.worker, first.projection, first.away) == ("order-funnel", "order-funnel", None)
    assert first.lags == {"t/0": 7, "t/1": 0}
    assert others[-1].lags == {"t/0": 0, "t/1": 0}
    seconds = setting.clock.monotonic()
    stored = len(setting.notebook.batches)
    assert seconds / 5 - 1 <= len(others) <= seconds / 5 + 1 + stored


def test_the_lags_follow_what_is_stored_within_a_second() -> None:
    """So that they agree with the counters beside them."""
    setting = Setting()
    setting.log.append("t/0", *[created() for _ in range(7)])
    setting.live_run(setting.follower(), lambda: setting.clock.monotonic() > 3).run()
    assert setting.notebook.heard[-1].lags == {"t/0": 0, "t/1": 0}


def test_lags_are_told_as_soon_as_the_ends_are_heard_of() -> None:
    """Not after the usual five seconds: nobody is to wait so long for a first figure."""
    setting = Setting()
    setting.log.append("t/0", created())
    follower = setting.follower()
    heard = follower.ends
    follower.ends = lambda: {} if setting.clock.monotonic() < 0.5 else heard()  # type: ignore[method-assign]
    setting.live_run(follower, lambda: setting.clock.monotonic() > 2).run()
    assert setting.notebook.heard[0].lags == {}
    assert setting.notebook.heard[1].lags.keys() == {"t/0", "t/1"}


def test_before_the_group_has_decided_nothing_is_known() -> None:
    """Neither partitions nor lags; then 0 partitions are as good an answer as any."""
    setting = Setting()
    follower = setting.follower(lambda: None, lambda: setattr(follower, "joined", True))
    follower.joined = False
    follower.assign([])
    setting.live_run(follower, Looks(10)).run()
    assert [each.partitions for each in setting.notebook.heard[:2]] == [None, 0]
    assert all(each.lags == {} for each in setting.notebook.heard)


def test_it_says_what_it_reads_once() -> None:
    """At the start, and when the group gives or takes."""
    setting = Setting()
    follower = setting.follower(
        *[lambda: None] * 3,
        lambda: follower.assign(["t/1"]),
        lambda: None,
        lambda: follower.assign(["t/0", "t/1"]),
    )
    setting.live_run(follower, Looks(10)).run()
    said = [each for each in setting.notebook.messages if "reads" in each]
    assert said == [
        "order-funnel: reads t/0 at 0, t/1 at 0",
        "order-funnel: reads t/1 at 0",
        "order-funnel: reads t/0 at 0, t/1 at 0",
    ]


def test_a_run_that_waits_is_alive_but_says_for_what() -> None:
    """While the store is away its signs of life go on, and name it."""
    setting = Setting()
    setting.log.append("t/0", created())
    follower = setting.follower()
    run = setting.live_run(follower, lambda: setting.clock.monotonic() > 60)
    take, since = setting.store.load, 10.0

    def load(kind: str, ids: object) -> object:
        if since < setting.clock.monotonic() < 40:
            raise UnreachableError("the store is away")
        return take(kind, ids)  # type: ignore[arg-type]

    setting.store.load = load  # type: ignore[method-assign,assignment]
    setting.clock.sleep(11)
    setting.log.append("t/0", created())
    run.run()
    away = [each for each in setting.notebook.heard if each.away]
    assert {each.away for each in away} == {"the store is away"}
    assert len(away) >= 4
    assert setting.notebook.heard[-1].away is None
