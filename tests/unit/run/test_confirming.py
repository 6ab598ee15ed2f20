"""Nothing is absorbed whose topic the cluster has not confirmed."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import AnalyticsError, NotThereError, UnreachableError
from tests.fakes import MemoryFollower

from .setting import Setting, created


class Doubtful(MemoryFollower):
    """Confirms so many batches; from then on the cluster gives another answer."""

    confirmed = 0
    answer: AnalyticsError | None = None

    def confirm(self) -> None:
        """See Follower.confirm."""
        if self.answer is not None and not self.confirmed:
            raise self.answer
        self.confirmed -= 1


def doubtful(setting: Setting, confirmed: int, answer: AnalyticsError) -> Doubtful:
    """A follower of six events in one partition."""
    setting.log.append("t/0", *[created() for _ in range(6)])
    follower = Doubtful(setting.log, setting.clock)
    follower.confirmed, follower.answer = confirmed, answer
    return follower


@pytest.mark.parametrize("confirmed", [0, 1, 2])
def test_records_of_a_topic_that_was_made_anew_are_not_absorbed(confirmed: int) -> None:
    """What was confirmed before is; the checkpoint and the group say no more than that."""
    setting = Setting(partitions=1)
    follower = doubtful(setting, confirmed, NotThereError("another topic"))
    with pytest.raises(NotThereError, match="another topic"):
        setting.live_run(follower, records=2).run(until=setting.ends())
    assert setting.total("orders_created") == 2 * confirmed
    assert setting.checkpoint("t/0") == [[0, 2 * confirmed]]
    assert follower.committed.get("t/0", 0) == 2 * confirmed


def test_a_cluster_that_does_not_answer_ends_the_run_without_absorbing() -> None:
    """Whoever follows again reads from the checkpoint, so each event counts once."""
    setting = Setting(partitions=1)
    follower = doubtful(setting, 1, UnreachableError("no answer"))
    with pytest.raises(UnreachableError):
        setting.live_run(follower, records=2).run(until=setting.ends())
    assert setting.total("orders_created") == 2
    setting.live_run(setting.follower()).run(until=setting.ends())
    assert setting.total("orders_created") == 6


def test_a_run_that_is_stopped_lets_go_of_what_cannot_be_confirmed() -> None:
    """It ends well: what was let go is read again by the next run."""
    setting = Setting(partitions=1)
    follower = doubtful(setting, 0, UnreachableError("no answer"))
    stopped = lambda: setting.clock.monotonic() > 0.1  # noqa: E731
    setting.live_run(follower, stopped).run()
    assert setting.checkpoint("t/0") == [[0, 0]]
    setting.live_run(setting.follower()).run(until=setting.ends())
    assert setting.total("orders_created") == 6
