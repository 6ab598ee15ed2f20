"""What Prometheus is told, as text."""

from __future__ import annotations

from sc_analytics_cli import __version__
from sc_analytics_cli.run.ports import Pulse
from sc_analytics_cli.run.tally import Tally
from sc_analytics_cli.telemetry.metrics import Metrics


def samples(metrics: Metrics) -> dict[str, float]:
    """Name and labels → value."""
    lines = [line for line in metrics.text().decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_batches_add_up() -> None:
    """Records by outcome, conflicts, flush seconds; the position is the last one."""
    metrics = Metrics()
    batch = Tally(read=10, counted=6, duplicates=1, skipped=2, dead_letters=1, conflicts=3)
    batch.flushes, batch.seconds = 1, 0.2
    metrics.flushed("revenue", batch, {"t/0": 10})
    metrics.flushed("revenue", batch, {"t/0": 20})
    found = samples(metrics)
    outcomes = {
        each: found[f'sc_analytics_records_total{{outcome="{each}",projection="revenue"}}']
        for each in ("counted", "duplicates", "skipped", "dead_letters")
    }
    assert outcomes == {"counted": 12, "duplicates": 2, "skipped": 4, "dead_letters": 2}
    assert found['sc_analytics_conflicts_total{projection="revenue"}'] == 6
    assert found['sc_analytics_flush_seconds_count{projection="revenue"}'] == 2
    assert found['sc_analytics_flush_seconds_sum{projection="revenue"}'] == 0.4
    assert found['sc_analytics_position{partition="t/0",projection="revenue"}'] == 20
    assert found['sc_analytics_last_flush_timestamp_seconds{projection="revenue"}'] > 1e9


def lags(metrics: Metrics) -> dict[str, float]:
    """Partition → lag."""
    return {
        name.split('"')[1]: value
        for name, value in samples(metrics).items()
        if name.startswith("sc_analytics_lag_records{")
    }


def test_a_partition_that_goes_to_another_machine_has_no_lag_here() -> None:
    """One that goes to another worker of this command keeps it."""
    metrics = Metrics()
    metrics.pulses(Pulse("a", "revenue", {"t/0": 5, "t/1": 6, "t/2": 7}, None, 3))
    assert lags(metrics) == {"t/0": 5, "t/1": 6, "t/2": 7}
    metrics.pulses(Pulse("b", "revenue", {"t/1": 4}, None, 1))
    metrics.pulses(Pulse("a", "revenue", {"t/0": 0}, None, 1))
    assert lags(metrics) == {"t/0": 0, "t/1": 4}


def test_a_worker_that_waits_says_so() -> None:
    """Its last lags stay: nobody knows better."""
    metrics = Metrics()
    metrics.pulses(Pulse("a", "revenue", {"t/0": 5}, None, 1))
    metrics.pulses(Pulse("a", "revenue", {}, "MongoDB is away", None))
    assert samples(metrics)['sc_analytics_waiting{projection="revenue",worker="a"}'] == 1
    assert lags(metrics) == {"t/0": 5}
    metrics.pulses(Pulse("a", "revenue", {"t/0": 1}, None, 1))
    assert samples(metrics)['sc_analytics_waiting{projection="revenue",worker="a"}'] == 0


def test_it_says_which_version_runs() -> None:
    """As a label, from the start."""
    assert samples(Metrics())[f'sc_analytics_info{{version="{__version__}"}}'] == 1
