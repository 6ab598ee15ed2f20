"""`report --watch`: the same screen, drawn again in place."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from ..errors import UnreachableError
from ..report.page import Page
from .screen import screen
from .voice import say

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from .watch_screen import WatchScreen

Look = Callable[[], Sequence[Page]]
Drawn = Callable[[Page, int | None], "RenderableType"]
"""A page as a screen, with so many of its marks at most."""

_TICK: Final = 0.1
"""Seconds within which a window of another size, or Ctrl-C, is heeded."""


def watch(look: Look, drawn: Drawn, seconds: float) -> None:
    """Look every so many seconds until interrupted; a store that goes away is waited for.

    The first look must succeed. On a terminal the screen is drawn in place, on a
    page of its own, and the last one is left behind; elsewhere each look is
    printed below the last. Raises KeyboardInterrupt in the end.
    """
    pages = look()
    console = screen()
    if console.is_terminal:
        _draw(console, look, drawn, _Seen(pages, None, seconds))
    else:
        _print(console, look, drawn, _Seen(pages, None, seconds))


class _Seen(NamedTuple):
    """The last pages that were read, and why there are no newer ones."""

    pages: Sequence[Page]
    away: UnreachableError | None
    seconds: float

    @property
    def at(self) -> datetime:
        """When the pages were read."""
        return self.pages[0].now


def _print(console: Console, look: Look, drawn: Drawn, seen: _Seen) -> None:
    while True:
        if seen.away is None:
            for page in seen.pages:
                console.print(drawn(page, None))
                console.print()
            sys.stdout.flush()
        else:
            say(f"{seen.away.what}; trying again")
        time.sleep(seen.seconds)
        seen = _next(look, seen)


def _next(look: Look, seen: _Seen) -> _Seen:
    try:
        return seen._replace(pages=look(), away=None)
    except UnreachableError as error:
        return seen._replace(away=error)


def _draw(console: Console, look: Look, drawn: Drawn, seen: _Seen) -> None:
    from rich.live import Live

    looking = _Looking(look, seen)
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            shown: _Seen | None = None
            size = console.size
            while True:
                seen = looking.seen()
                if (shown, size) != (seen, console.size):
                    shown, size = seen, console.size
                    live.update(_on_screen(seen, drawn), refresh=True)
                time.sleep(_TICK)
    finally:
        for page in seen.pages:
            console.print(drawn(page, None))
            console.print()


def _on_screen(seen: _Seen, drawn: Drawn) -> WatchScreen:
    from .watch_screen import WatchScreen

    zone = seen.pages[0].zone
    return WatchScreen(
        lambda most_marks: [drawn(page, most_marks) for page in seen.pages],
        [page.known.projection.report for page in seen.pages if page.marks()],
        f"{seen.at.astimezone(zone):%H:%M:%S}",
        seen.seconds,
        None if seen.away is None else seen.away.what,
    )


class _Looking:
    """Looks in a thread of its own: a server that hangs must not hold up the screen."""

    def __init__(self, look: Look, seen: _Seen) -> None:
        self._look = look
        self._seen = seen
        self._failure: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def seen(self) -> _Seen:
        """What was seen last; raises what a look has failed with."""
        if self._failure is not None:
            raise self._failure
        return self._seen

    def _run(self) -> None:
        try:
            while True:
                time.sleep(self._seen.seconds)
                self._seen = _next(self._look, self._seen)
        except BaseException as error:  # noqa: BLE001 - raised again by `seen`
            self._failure = error
