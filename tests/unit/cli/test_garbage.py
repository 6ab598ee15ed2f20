"""Memory does not grow with what outages leave behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from sc_analytics_cli.cli.garbage import collect_rarely
from tests.integration.product import wait_until


class Connection:
    """Holds the error that holds it, as a driver's does when its server goes away."""

    def __init__(self) -> None:
        self.error = ConnectionError(self)


@pytest.fixture(autouse=True)
def thresholds_as_before() -> Iterator[None]:
    """Other tests are not swept."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_holds_itself_is_swept_away_however_little_it_is() -> None:
    """Long before there are objects enough for the collector to look by itself."""
    over = collect_rarely(every=0.01)
    left = weakref.ref(Connection())
    wait_until(lambda: left() is None, what="the sweep")
    over.set()
