"""What a run needs of the world besides source and store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from .tally import Tally


class Clock(Protocol):
    """Time, so that tests decide it."""

    def now(self) -> datetime:
        """The current instant in UTC, to the millisecond."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Observer(Protocol):
    """Somebody who watches a run; never needed for it."""

    def expects(self, projection: str, records: int) -> None:
        """About so many records are to be read until the end."""
        ...

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """A batch is stored; `positions` are the next offsets of the partitions in it."""
        ...

    def says(self, message: str) -> None:
        """Something that a person should know happened."""
        ...
