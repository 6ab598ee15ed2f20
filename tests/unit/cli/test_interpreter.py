"""Memory does not grow with what outages leave behind."""

from __future__ import annotations

import gc
import threading
import weakref

from sc_analytics_cli.cli.interpreter import at_work
from tests.integration.product import wait_until


class Connection:
    """Holds the error that holds it, as a driver's does when its server goes away."""

    def __init__(self) -> None:
        self.error = ConnectionError(self)


def test_what_holds_itself_is_swept_away_however_little_it_is() -> None:
    """Long before there are objects enough for the collector to look by itself."""
    with at_work(every=0.01):
        left = weakref.ref(Connection())
        wait_until(lambda: left() is None, what="the sweep")


def sweeping() -> bool:
    """Whether any thread looks for garbage; threads of other tests come and go."""
    return any(thread.name == "sweep" for thread in threading.enumerate())


def test_afterwards_all_is_as_it_was() -> None:
    """No thread goes on sweeping; the collector is the interpreter's own again."""
    before = gc.get_threshold()
    for _ in range(3):
        with at_work(every=0.01):
            assert gc.get_threshold() != before
    wait_until(lambda: not sweeping(), what="the end of the sweeps")
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
