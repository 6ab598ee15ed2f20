"""Resident memory of processes over time, and whether it is flat."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

MIB = 1024.0
_EVERY_SECONDS = 5.0
_WARMING_SECONDS = 60.0
_GROWTH, _GROWTH_MIB = 1.15, 8.0


@dataclass
class Life:
    """One process: seconds since the first look, and MiB."""

    pid: int
    times: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it was looked at."""
        return self.times[-1] - self.times[0]

    def settled(self) -> tuple[list[float], list[float]]:
        """What was seen after it had warmed up."""
        begin = self.times[0] + _WARMING_SECONDS
        seen = [(at, size) for at, size in zip(self.times, self.sizes, strict=True) if at >= begin]
        return [at for at, _ in seen], [size for _, size in seen]

    def slope(self) -> float:
        """MiB a minute, by least squares, after it has warmed up."""
        times, sizes = self.settled()
        if len(times) < 4:
            return 0.0
        middle, mean = fmean(times), fmean(sizes)
        spread = sum((at - middle) ** 2 for at in times)
        pairs = zip(times, sizes, strict=True)
        return 60 * sum((at - middle) * (size - mean) for at, size in pairs) / spread

    def flat(self) -> bool:
        """Whether the last quarter is hardly above the second, by their medians."""
        _, sizes = self.settled()
        quarter = len(sizes) // 4
        if quarter < 3:
            return True
        before, after = median(sizes[quarter : 2 * quarter]), median(sizes[-quarter:])
        return after <= max(before * _GROWTH, before + _GROWTH_MIB)


class Memory:
    """Looks at processes by name; keeps the longest life under each name."""

    def __init__(self) -> None:
        self.longest: dict[str, Life] = {}
        self.peaks: dict[str, float] = {}
        self._now: dict[str, Life] = {}
        self._looked = float("-inf")

    def look(self, pids: Mapping[str, int | None]) -> None:
        """Take a sample, if it is time for one."""
        now = time.monotonic()
        if now - self._looked < _EVERY_SECONDS:
            return
        self._looked = now
        for name, pid in pids.items():
            size = resident(pid) if pid is not None else None
            if pid is None or size is None:
                continue
            life = self._now.get(name)
            if life is None or life.pid != pid:
                life = self._now[name] = Life(pid)
            life.times.append(now)
            life.sizes.append(size)
            self.peaks[name] = max(size, self.peaks.get(name, 0.0))
            if name not in self.longest or life.seconds >= self.longest[name].seconds:
                self.longest[name] = life

    def growing(self) -> list[str]:
        """The processes of ours whose memory is not flat."""
        return [
            name
            for name, life in self.longest.items()
            if not name.startswith("server ") and not life.flat()
        ]

    def note(self, name: str, pids: Sequence[int]) -> None:
        """Remember only the peak of processes that come and go."""
        for size in filter(None, map(resident, pids)):
            self.peaks[name] = max(size, self.peaks.get(name, 0.0))


def resident(pid: int) -> float | None:
    """MiB, None where the process is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / MIB if found else None
