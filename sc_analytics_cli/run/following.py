"""Live running for as long as it takes: servers go away and come back, topics are made anew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from ..errors import ConflictError, NotThereError, UnreachableError, UnreadableError
from ..source.port import Follower, LiveSource, Span
from ..store.port import Store
from .ahead import in_background
from .consume import LiveRun, Pace
from .flush import Flush
from .patience import Patience
from .ports import Clock, Observer, Where
from .pulse import Pulsing
from .same_log import as_absorbed
from .spec import Spec
from .start import Accepted, Beginnings

Answer = TypeVar("Answer")

_BETWEEN_RUNS: Final = 1.0


@dataclass(frozen=True)
class Aim:
    """What a live run is to do: where to start, what to put up with, when to end.

    Without a `limit` servers are waited for without end; with one, for so many
    seconds, and the run ends at the ends of the log that it saw first.
    """

    topic: str
    start: Spec
    accept: Accepted
    pace: Pace
    limit: float | None
    worker: str


class Following:
    """Follows one projection's topic until it is stopped or at its end."""

    def __init__(
        self,
        flush: Flush,
        kafka: LiveSource,
        store: Store,
        aim: Aim,
        clock: Clock,
        observer: Observer,
        stopped: Callable[[], bool],
    ) -> None:
        self._flush = flush
        self._kafka = kafka
        self._store = store
        self._aim = aim
        self._clock = clock
        self._observer = observer
        self._stopped = stopped
        self._name = flush.projection.name
        self._pulsing = Pulsing(aim.worker, self._name, clock, observer)
        self._patience = Patience(
            clock, observer, clock.sleep, aim.limit, stopped, self._pulsing.waits
        )

    def run(self) -> None:
        """Follow; once started it outlives both servers going away.

        Raises what `Beginnings.prepare` raises, and UnreachableError where the
        limit has passed.
        """
        beginnings, ends = self._begun()
        if self._aim.limit is not None:
            self._observer.expects(self._name, beginnings.remaining(ends))
        group = self._flush.projection.group()
        self._observer.says(
            f"{self._name}: joins {group} to follow {self._aim.topic}", Where(self._name)
        )
        while not self._stopped():
            follower = self._joined(beginnings, group)
            if follower is None:
                return
            with closing(follower):
                if self._has_run(follower, beginnings, ends):
                    return
            self._clock.sleep(_BETWEEN_RUNS)
            beginnings, ends = self._patience.until_answered(self._begun_again)

    def _begun(self) -> tuple[Beginnings, dict[str, Span]]:
        aim = self._aim
        log = as_absorbed(self._kafka, self._store, [aim.topic], accept_new=aim.accept.new_topic)
        beginnings = Beginnings(
            self._flush, log, aim.topic, aim.start, aim.accept, self._clock, self._observer
        )
        return beginnings, beginnings.prepare()

    def _begun_again(self) -> tuple[Beginnings, dict[str, Span]]:
        _waited_for(partial(self._kafka.partitions, [self._aim.topic]))
        return self._begun()

    def _joined(self, beginnings: Beginnings, group: str) -> Follower | None:
        """A member of the group; None where the run was stopped before it could join."""
        join = partial(beginnings.source.follow, self._aim.topic, group)
        try:
            return self._patience.until_answered(partial(_waited_for, join))
        except UnreachableError:
            if self._stopped():
                return None  # whatever was polled before is stored
            raise

    def _has_run(self, follower: Follower, beginnings: Beginnings, ends: dict[str, Span]) -> bool:
        """Whether the run is over; where not, it is to join again."""
        live = LiveRun(
            self._flush,
            follower,
            beginnings,
            self._aim.pace,
            self._clock,
            self._observer,
            self._stopped,
            in_background,
            limit=self._aim.limit,
            worker=self._aim.worker,
        )
        try:
            live.run(ends if self._aim.limit is not None else None)
        except UnreachableError as error:
            if self._stopped() or self._aim.limit is not None:
                raise
            self._pulsing.waits(error.what)
            self._patience.complain(error)
            return False
        except UnreadableError:
            raise
        except NotThereError:
            return False  # the topic is gone or made anew, or retention overtook us: see what it is
        except ConflictError:
            if not self._aim.accept.new_topic:
                raise
            return False
        return True


def _waited_for(ask: Callable[[], Answer]) -> Answer:
    """The answer; a topic that is missing after the start is waited for, as a broker is."""
    try:
        return ask()
    except NotThereError as gone:
        raise UnreachableError(gone.what, cause=gone.cause, advice=gone.advice) from gone
