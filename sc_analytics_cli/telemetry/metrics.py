"""Metrics for Prometheus; the only place that imports prometheus_client (extra `metrics`)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

from .. import __version__
from ..run.ports import NOWHERE, Level, Pulse, Where
from ..run.tally import Tally

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_FLUSH_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_OUTCOMES: Final = ("counted", "duplicates", "skipped", "dead_letters")


class Metrics:
    """Implements Observer; every name begins with `sc_analytics_`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        Info("sc_analytics", "Which version runs.", registry=self._registry).info(
            {"version": __version__}
        )
        self._records = Counter(
            "sc_analytics_records",
            "Records read, by what became of them.",
            ["projection", "outcome"],
            registry=self._registry,
        )
        self._redelivered = Counter(
            "sc_analytics_additions_absorbed_before",
            "Additions that a document had absorbed before.",
            ["projection"],
            registry=self._registry,
        )
        self._conflicts = Counter(
            "sc_analytics_conflicts",
            "Writes that lost a race and were folded again.",
            ["projection"],
            registry=self._registry,
        )
        self._flush = Histogram(
            "sc_analytics_flush_seconds",
            "How long a batch took from decoding to its checkpoint.",
            ["projection"],
            buckets=_FLUSH_SECONDS,
            registry=self._registry,
        )
        self._flushed_at = Gauge(
            "sc_analytics_last_flush_timestamp_seconds",
            "When a batch was last stored, in seconds since 1970.",
            ["projection"],
            registry=self._registry,
        )
        self._position = Gauge(
            "sc_analytics_position",
            "The next offset to absorb.",
            ["projection", "partition"],
            registry=self._registry,
        )
        self._lag = Gauge(
            "sc_analytics_lag_records",
            "Records behind the end, of the partitions read here.",
            ["projection", "partition"],
            registry=self._registry,
        )
        self._waiting = Gauge(
            "sc_analytics_waiting",
            "1 while a worker waits for a server that is away.",
            ["projection", "worker"],
            registry=self._registry,
        )
        self._held: dict[str, set[tuple[str, str]]] = {}

    def text(self) -> bytes:
        """All of them in the text format that Prometheus reads."""
        return generate_latest(self._registry)

    def expects(self, projection: str, records: int) -> None:
        """See Observer.expects."""

    def flushed(self, projection: str, tally: Tally, positions: Mapping[str, int]) -> None:
        """See Observer.flushed."""
        for outcome in _OUTCOMES:
            self._records.labels(projection, outcome).inc(getattr(tally, outcome))
        self._redelivered.labels(projection).inc(tally.redelivered)
        self._conflicts.labels(projection).inc(tally.conflicts)
        if tally.flushes:
            self._flush.labels(projection).observe(tally.seconds)
        self._flushed_at.labels(projection).set(time.time())
        for partition, at in positions.items():
            self._position.labels(projection, partition).set(at)

    def says(self, message: str, where: Where = NOWHERE, level: Level = "info") -> None:
        """See Observer.says."""

    def pulses(self, pulse: Pulse) -> None:
        """See Observer.pulses; a partition that nobody here reads any more has no lag.

        While a worker waits, or joins anew, its last lags stay: nobody knows better.
        """
        self._waiting.labels(pulse.projection, pulse.worker).set(pulse.away is not None)
        if pulse.partitions is None:
            return
        for partition, lag in pulse.lags.items():
            self._lag.labels(pulse.projection, partition).set(lag)
        before = self._held.get(pulse.worker, set())
        self._held[pulse.worker] = {(pulse.projection, each) for each in pulse.lags}
        held = set().union(*self._held.values())
        for gone in before - held:
            self._lag.remove(*gone)

    def close(self) -> None:
        """Nothing is left behind."""
