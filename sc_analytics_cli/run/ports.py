"""What a run needs of the world besides source and store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

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


Level = Literal["info", "warning", "error"]


class Where(NamedTuple):
    """What a message is about, as far as it is about one thing, and who says it.

    `worker` and `pid` are filled in by whoever runs the workers.
    """

    projection: str | None = None
    partition: str | None = None
    offset: int | None = None
    worker: str | None = None
    pid: int | None = None


NOWHERE: Final = Where()


class Pulse(NamedTuple):
    """A sign of life of a live worker, every few seconds.

    `lags` are the records that it is behind in each partition that it reads, as
    far as it has heard of the ends. `away` says which server it waits for.
    `partitions` is how many the group has given to it: 0 where all went to
    others, None before the group has decided and while a server is away.
    """

    worker: str
    projection: str
    lags: Mapping[str, int]
    away: str | None
    partitions: int | None


class Observer(Protocol):
    """Somebody who watches a run; never needed for it."""

    def expects(self, projection: str, records: int) -> None:
        """About so many records are to be read until the end."""
        ...

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """A batch is stored; `positions` are the next offsets of the partitions in it."""
        ...

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """Something that a person should know happened."""
        ...

    def pulses(self, pulse: Pulse) -> None:
        """A live worker is there."""
        ...
