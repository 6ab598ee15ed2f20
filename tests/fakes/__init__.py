"""The outside world in memory: a log with its followers, a clock, a store that breaks down."""

from __future__ import annotations

from .clock import FakeClock, Notebook
from .follower import MemoryFollower
from .log import MemoryLog
from .store import FrailStore

__all__ = ["FakeClock", "FrailStore", "MemoryFollower", "MemoryLog", "Notebook"]
