"""Ending a process before or after any of its steps, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.scenario.world import crash

VERBS: Final = frozenset(
    {
        *("load", "swap", "remove", "claim", "owners", "scan"),  # of a store
        *("poll", "seek", "commit", "read", "bounds"),  # of a source
    }
)


class Fuse:
    """Counts instants; at the one of its number, if it has one, the process ends."""

    def __init__(self, instant: int | None = None, end: Callable[[], object] = crash) -> None:
        self.passed = 0
        self._instant = instant
        self._end = end

    def burn(self, *_: object) -> None:
        """One more instant has come."""
        self.passed += 1
        if self.passed - 1 == self._instant:
            self._end()


class Mortal:
    """Anything behind a port: the fuse burns before and after each of its verbs."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in VERBS:
            return found

        def verb(*arguments: Any, **named: Any) -> Any:
            self._fuse.burn()
            answer = found(*arguments, **named)
            if isinstance(answer, Iterator):
                answer = iter(list(answer))
            self._fuse.burn()
            return answer

        return verb
