"""Following a log in memory, with rebalances when a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sc_analytics_cli.event import Chunk

from .clock import FakeClock
from .log import MemoryLog

_TOO_MANY_POLLS = 10_000


class MemoryFollower:
    """Implements Follower. Which partitions are ours is what the test `assign`s.

    Waiting lets the clock pass; `script` holds what else happens, each at its
    own poll: the first entry before the first poll, and so on.
    """

    def __init__(self, log: MemoryLog, clock: FakeClock, *script: Callable[[], object]) -> None:
        self.committed: dict[str, int] = {}
        self.rested = 0.0
        self.joined = True
        self.polls = 0
        self._log = log
        self._clock = clock
        self._script = list(script)
        self._held: set[str] = set()
        self._taken: set[str] = set()
        self._at: dict[str, int] = {}
        self.assign(log.partitions())

    def assign(self, partitions: Iterable[str]) -> None:
        """A rebalance: from now on these are ours; what is new among them waits for a seek."""
        ours = set(partitions)
        self._taken = (self._taken & ours) | (ours - self._held)
        self._held = ours
        self._at = {each: at for each, at in self._at.items() if each in ours}

    def revoke_and_return(self, partition: str) -> None:
        """Take a partition away and give it back before anyone has polled."""
        self.assign(self._held - {partition})
        self.assign(self._held | {partition})

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Follower.poll."""
        self.polls += 1
        assert self.polls < _TOO_MANY_POLLS, "this run does not end"
        if self._script:
            self._script.pop(0)()
        chunks = []
        for name, at in self._at.items():
            end = min(self._log.bounds([name])[name][1], at + limit)
            if at < end and limit > 0:
                chunks.append(self._log.chunk(name, at, end))
                self._at[name] = end
                limit -= end - at
        if not chunks:
            self._clock.sleep(timeout)
        return chunks

    def taken(self) -> set[str]:
        """See Follower.taken."""
        taken, self._taken = self._taken, set()
        return taken

    def held(self) -> set[str]:
        """See Follower.held."""
        return set(self._held)

    def decided(self) -> bool:
        """See Follower.decided."""
        return self.joined

    def ends(self) -> dict[str, int]:
        """See Follower.ends."""
        return {name: span[1] for name, span in self._log.bounds(self._held).items()}

    def seek(self, starts: Mapping[str, int]) -> None:
        """See Follower.seek."""
        self._at |= {name: at for name, at in starts.items() if name in self._held}

    def ask(self) -> None:
        """See Follower.ask."""

    def confirm(self) -> None:
        """See Follower.confirm; nobody makes its topic anew."""

    def rest(self, timeout: float) -> None:
        """See Follower.rest."""
        self.rested += timeout
        self._clock.sleep(timeout)

    def commit(self, positions: Mapping[str, int]) -> None:
        """See Follower.commit."""
        self.committed |= positions

    def close(self) -> None:
        """See Follower.close."""
