"""`status --watch`: the same screen, drawn again in place."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

from rich.live import Live

from ..run.standing import Standing
from .screen import screen
from .status_screen import StatusScreen
from .status_summary import Absorbing


def watch(look: Callable[[], Standing], seconds: float) -> None:
    """Look every so many seconds until interrupted; the last screen stays.

    Elsewhere than on a terminal each look is printed below the last.
    """
    console = screen()
    shown: StatusScreen | None = None
    try:
        shown = StatusScreen(look(), _no_rate, console.is_terminal)
        if not console.is_terminal:
            while True:
                console.print(shown)
                sys.stdout.flush()
                time.sleep(seconds)
                shown = _next(shown, look())
        with Live(shown, console=console, screen=True, auto_refresh=False) as live:
            live.refresh()
            while True:
                _wait(live, seconds)
                shown = _next(shown, look())
                live.update(shown, refresh=True)
    except KeyboardInterrupt:
        if shown is not None and console.is_terminal:
            console.print(replace(shown, fitted=False))


def _wait(live: Live, seconds: float) -> None:
    """Pass the time; a window of another size is drawn anew at once."""
    deadline, size = time.monotonic() + seconds, live.console.size
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(0.2, left))
        if live.console.size != size:
            size = live.console.size
            live.refresh()


def _next(before: StatusScreen, standing: Standing) -> StatusScreen:
    return replace(before, standing=standing, absorbing=_rates(before.standing, standing))


def _rates(before: Standing, after: Standing) -> Absorbing:
    """Records absorbed a second between two looks, where both know the position."""
    seconds = (after.at - before.at).total_seconds()
    then, now = _positions(before), _positions(after)

    def rate(projection: str, partition: str) -> float | None:
        key = (projection, partition)
        if seconds <= 0 or key not in then or key not in now:
            return None
        return max(0, now[key] - then[key]) / seconds

    return rate


def _positions(standing: Standing) -> dict[tuple[str, str], int]:
    return {
        (projection.name, each.partition): each.position
        for projection in standing.projections
        for each in projection.partitions
        if each.position is not None
    }


def _no_rate(projection: str, partition: str) -> None:
    return None
