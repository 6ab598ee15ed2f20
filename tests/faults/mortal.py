"""The command line in a process that ends at an instant of its own, with no clean-up at all.

    python -m tests.faults.mortal INSTANT consume order-funnel …

Instants are counted before and after each verb of the store and after each
numbered step of a flush.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Any

from sc_analytics_cli import bootstrap
from sc_analytics_cli.__main__ import main

from .fuse import Fuse, Mortal

DIED = 137


def arm(instant: int) -> None:
    """Let the process end at this instant."""
    fuse = Fuse(instant, partial(os._exit, DIED))
    patched: Any = bootstrap
    for name in ("open_store", "open_kafka"):
        patched.__dict__[name] = _mortal(getattr(bootstrap, name), fuse)
    patched.new_flush = partial(bootstrap.new_flush, reached=fuse.burn)


def _mortal(opener: Any, fuse: Fuse) -> Any:
    return lambda *arguments: Mortal(opener(*arguments), fuse)


if __name__ == "__main__":
    arm(int(sys.argv.pop(1)))
    main()
