"""How a run uses the interpreter: when garbage is looked for."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SWEEP_SECONDS: Final = 60.0
_OBJECTS: Final = 1_000_000


@contextmanager
def at_work(every: float = _SWEEP_SECONDS) -> Iterator[None]:
    """Inside, cyclic garbage is looked for every so many seconds, or after a million objects.

    A batch makes some tens of thousands of objects that all go at its end, none of
    them cyclic: a search after every few hundred finds nothing, and takes a seventh of
    the time. What is cyclic comes of servers that go away: connections, and errors that
    hold them. By number it would hardly ever be found, and memory would grow with
    every outage; a projection's own function may make more than that.
    """
    threshold = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    gc.freeze()  # what was imported is no garbage, and need not be looked at
    over = threading.Event()
    threading.Thread(target=_sweep, args=(every, over), name="sweep", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        gc.unfreeze()
        gc.set_threshold(*threshold)


def _sweep(every: float, over: threading.Event) -> None:
    while not over.wait(every):
        gc.collect()
