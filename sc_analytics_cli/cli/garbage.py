"""Cyclic garbage: looked for seldom while a batch is at work, but for certain."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SWEEP_SECONDS: Final = 60.0


@contextmanager
def collected_rarely(every: float = _SWEEP_SECONDS) -> Iterator[None]:
    """Inside, cyclic garbage is looked for after 50,000 objects, not 700, and every so often.

    A batch makes some tens of thousands of objects that all go at its end, none of
    them cyclic: the search finds nothing, and takes a seventh of the time. What is
    cyclic comes of servers that go away: connections, and errors that hold them.
    By objects alone it would hardly ever be found, and memory would grow with
    every outage. `every` is in seconds.
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    gc.freeze()  # what was imported is no garbage, and need not be looked at
    over = threading.Event()
    threading.Thread(target=_sweep, args=(every, over), name="sweep", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        gc.unfreeze()
        gc.set_threshold(*before)


def _sweep(every: float, over: threading.Event) -> None:
    while not over.wait(every):
        gc.collect()
