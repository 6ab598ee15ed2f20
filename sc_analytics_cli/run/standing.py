"""How far each projection is, partition by partition: what `status` shows, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import AnalyticsError


@dataclass(frozen=True)
class PartitionStanding:
    """One partition, as one projection sees it. None is what could not be found out.

    `position` is the checkpoint's next offset, None where nothing was absorbed
    yet (`fresh`) or the store is away; `first` and `end` are the log's bounds.
    `oldest` is when the oldest record not absorbed was recorded, `kept_since`
    the oldest that is kept. `arriving` is in records a second, over the last
    minutes. `gaps` are ranges below the position that were never absorbed.
    `refusal` is what a consumer would refuse to go on with.
    """

    partition: str
    position: int | None = None
    fresh: bool = False
    first: int | None = None
    end: int | None = None
    oldest: datetime | None = None
    kept_since: datetime | None = None
    flushed_at: datetime | None = None
    arriving: float | None = None
    gaps: Sequence[tuple[int, int]] = ()
    refusal: AnalyticsError | None = None

    @property
    def fault(self) -> str | None:
        """Why a consumer would refuse to go on, in words."""
        return None if self.refusal is None else self.refusal.what

    @property
    def number(self) -> int:
        """The partition's number in its topic."""
        return int(self.partition.rpartition("/")[2])

    @property
    def lag(self) -> int | None:
        """Offsets between the position and the end; from the log's start where there is none."""
        if self.end is None or self.first is None or not (self.fresh or self.position is not None):
            return None
        at = self.first if self.position is None else max(self.first, self.position)
        return max(0, self.end - at)

    @property
    def headroom(self) -> int | None:
        """Offsets that retention may still delete before one that is not absorbed."""
        if self.first is None or self.position is None:
            return None
        return self.position - self.first

    def behind(self, now: datetime) -> float | None:
        """The lag in seconds: the age of the oldest record not absorbed; 0 without a lag."""
        if self.lag is None:
            return None
        if self.lag == 0 or self.oldest is None:
            return 0.0 if self.lag == 0 else None
        return max(0.0, (now - self.oldest).total_seconds())

    def headroom_seconds(self, now: datetime) -> float | None:
        """The same span of record time: how long a stopped consumer has before it loses any."""
        if self.kept_since is None or self.position is None or self.lag is None:
            return None
        reached = now if self.lag == 0 else self.oldest
        return None if reached is None else (reached - self.kept_since).total_seconds()


@dataclass(frozen=True)
class ProjectionStanding:
    """One projection; `stale` are the dates that an older version of it has folded.

    `error` says why nothing is known of its topic although Kafka is there. `members`
    are the processes of its consumer group, wherever they run; None where the group
    may not be looked at.
    """

    name: str
    topic: str
    partitions: Sequence[PartitionStanding] = ()
    dead_letters: int | None = None
    stale: Sequence[str] | None = None
    error: AnalyticsError | None = None
    members: int | None = None

    @property
    def lag(self) -> int | None:
        """The lag of all partitions together; None where it is not known of any."""
        known = [each.lag for each in self.partitions if each.lag is not None]
        return sum(known) if known else None

    def behind(self, now: datetime) -> float | None:
        """The lag in seconds of the partition that is furthest behind."""
        known = [each.behind(now) for each in self.partitions]
        return max((each for each in known if each is not None), default=None)


@dataclass(frozen=True)
class Standing:
    """Everything that `status` knows at an instant.

    `unfinished` are ids of runs. `kafka_error` and `store_error` say why that
    half is missing.
    """

    at: datetime
    projections: Sequence[ProjectionStanding]
    unfinished: Sequence[str] | None = None
    kafka_error: AnalyticsError | None = None
    store_error: AnalyticsError | None = None
