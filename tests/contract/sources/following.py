"""A caller of followers as a live run is one: it decides the starts, and keeps the checkpoint."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from sc_analytics_cli.event import Chunk
from sc_analytics_cli.source.port import Follower
from tests.contract.sources.reading import Plain, assert_sound, plain


def new_group() -> str:
    """A group that no other test uses."""
    return f"group-{uuid4().hex[:12]}"


@dataclass
class Checkpoint:
    """Partition → up to where it is absorbed, and what was; shared by all members.

    A chunk that begins above the checkpoint would leave a hole and is an error.
    """

    at: dict[str, int] = field(default_factory=dict)
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def absorb(self, chunk: Chunk) -> None:
        """Note that everything in the chunk is absorbed."""
        assert_sound(chunk)
        with self.lock:
            known = self.at.get(chunk.partition, 0)
            assert chunk.start <= known, f"{chunk.partition}: {known} to {chunk.start} left out"
            self.at[chunk.partition] = max(known, chunk.end)
            self.seen.update((chunk.partition, record.offset) for record in chunk.records)


class Member:
    """One member of a group, polled step by step."""

    def __init__(self, follower: Follower, checkpoint: Checkpoint | None = None) -> None:
        self.follower = follower
        self.checkpoint = checkpoint or Checkpoint()
        self.taken: list[set[str]] = []
        self.chunks: list[Chunk] = []

    @property
    def records(self) -> list[Plain]:
        """All records that came, in the order in which they came."""
        return [plain(record) for chunk in self.chunks for record in chunk.records]

    def step(self, timeout: float = 0.1, limit: int = 500) -> None:
        """Poll once, absorb what came, and begin partitions that are new at the checkpoint."""
        chunks = self.follower.poll(timeout, limit)
        self.follower.confirm()
        assert sum(len(chunk.records) for chunk in chunks) <= limit
        taken = self.follower.taken()
        for chunk in chunks:
            assert chunk.partition not in taken, "it came before it was sought"
            self.checkpoint.absorb(chunk)
        self.chunks += chunks
        if taken:
            self.taken.append(taken)
            self.follower.seek({name: self.checkpoint.at.get(name, 0) for name in taken})

    def until(self, reached: Callable[[], object], seconds: float = 30.0) -> None:
        """Step until something is so."""
        deadline = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < deadline, f"{self.checkpoint.at}, held {self.held()}"
            self.step()

    def until_records(self, count: int, seconds: float = 30.0) -> None:
        """Step until so many records have come."""
        self.until(lambda: len(self.records) >= count, seconds)

    def held(self) -> set[str]:
        """See Follower.held."""
        return self.follower.held()

    def commit(self) -> None:
        """Commit the checkpoint of what is held."""
        self.follower.commit(dict(self.checkpoint.at))

    def close(self) -> None:
        """Leave the group."""
        self.follower.close()


class Running:
    """A member in a thread of its own, until stopped; while paused it is not polled."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._polling = threading.Lock()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def pause(self) -> None:
        """Poll no more until `resume`; what the driver does by itself goes on."""
        assert self._polling.acquire(timeout=30)

    def resume(self) -> None:
        """Go on."""
        self._polling.release()

    def stop(self) -> None:
        """Let it commit and leave; raise what went wrong in it."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                with self._polling:
                    self.member.step()
                    self.member.commit()
        except BaseException as error:  # noqa: BLE001
            self.error = error
        finally:
            self.member.close()


def wait(running: Running, reached: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until `reached()` while a member runs by itself."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert running.error is None, running.error
        assert time.monotonic() < deadline
        time.sleep(0.05)
