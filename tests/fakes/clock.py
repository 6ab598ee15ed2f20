"""Time that only passes when a test lets it, and somebody who writes down what a run says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sc_analytics_cli.run.ports import NOWHERE, Level, Pulse, Where
from sc_analytics_cli.run.tally import Tally


class FakeClock:
    """Implements Clock. Every look at the calendar is a millisecond later than the last."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)) -> None:
        self._now = start
        self._seconds = 0.0

    def now(self) -> datetime:
        """See Clock.now."""
        self._now += timedelta(milliseconds=1)
        return self._now

    def monotonic(self) -> float:
        """See Clock.monotonic."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self._seconds += seconds


@dataclass
class Notebook:
    """Implements Observer: keeps everything it is told."""

    messages: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    expected: dict[str, int] = field(default_factory=dict)
    batches: list[Mapping[str, int]] = field(default_factory=list)
    total: Tally = field(default_factory=Tally)
    heard: list[Pulse] = field(default_factory=list)

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects."""
        self.expected[projection] = records

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""
        self.batches.append(dict(positions))
        self.total.add(tally)

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""
        self.messages.append(message)
        if level == "warning":
            self.warnings.append(message)

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses."""
        self.heard.append(pulse)
