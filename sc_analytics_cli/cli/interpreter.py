"""How a run uses the interpreter: when garbage is looked for, how long a thread keeps its turn."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SWEEP_SECONDS: Final = 60.0
_OBJECTS: Final = 1_000_000
_TURN_SECONDS: Final = 0.0005


@contextmanager
def at_work(every: float = _SWEEP_SECONDS) -> Iterator[None]:
    """Inside, cyclic garbage is looked for every so many seconds, or after a million objects.

    A batch makes some tens of thousands of objects that all go at its end, none of
    them cyclic: a search after every few hundred finds nothing, and takes a seventh of
    the time. What is cyclic comes of servers that go away: connections, and errors that
    hold them. By number it would hardly ever be found, and memory would grow with
    every outage; a projection's own function may make more than that.

    A thread that computes leaves the interpreter after half a millisecond to one that
    waits for it, not after five: the one that writes a batch asks a store several
    times, and would wait as often for the one that reads the next batch.
    """
    threshold, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(_OBJECTS)
    gc.freeze()  # what was imported is no garbage, and need not be looked at
    sys.setswitchinterval(_TURN_SECONDS)
    over = threading.Event()
    threading.Thread(target=_sweep, args=(every, over), name="sweep", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        gc.unfreeze()
        gc.set_threshold(*threshold)
        sys.setswitchinterval(turn)


def _sweep(every: float, over: threading.Event) -> None:
    while not over.wait(every):
        gc.collect()
