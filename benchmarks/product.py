"""The product itself: the command as its user types it, and where its time goes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sc_analytics_cli import bootstrap
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.run.flush import Step
from sc_analytics_cli.settings import Settings


class Measured(NamedTuple):
    """One run of a command."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


def command(servers: str, store: str, *arguments: str) -> Measured:
    """Run `sc-analytics` to its end, start-up included."""
    environment = os.environ | {
        "SC_ANALYTICS_BOOTSTRAP_SERVERS": servers,
        "SC_ANALYTICS_STORE": store,
    }
    words = [sys.executable, "-m", "sc_analytics_cli", *arguments]
    return process(f"sc-analytics {' '.join(arguments)}", words, environment)


def process(
    name: str, words: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a program to its end, start-up included; SystemExit where it fails."""
    began = time.perf_counter()
    started = subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(started.pid, 0)
    seconds = time.perf_counter() - began
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise SystemExit(f"{name}: exit {started.returncode}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def stages(servers: str, store: str, topic: str, projection: str) -> dict[str, dict[str, float]]:
    """Stage → CPU and wall microseconds an event, by a run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.product", servers, store, topic, projection],
        check=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


class _Stopwatch:
    """Adds up CPU and wall time between two marks, by the name of the second."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}
        self._last = (time.thread_time(), time.perf_counter())

    def mark(self, name: str) -> None:
        now = (time.thread_time(), time.perf_counter())
        self.cpu[name] = self.cpu.get(name, 0.0) + now[0] - self._last[0]
        self.wall[name] = self.wall.get(name, 0.0) + now[1] - self._last[1]
        self._last = now


def _measure(servers: str, store: str, topic: str, name: str) -> None:
    settings = Settings(store=store, bootstrap_servers=servers, order_topic=topic)
    (projection,) = named([name])
    watch = _Stopwatch()
    mark: Callable[[Step], None] = lambda step: watch.mark(step.name.lower())  # noqa: E731
    opened = bootstrap.open_store(settings)
    source = bootstrap.open_kafka(settings)
    flush = bootstrap.new_flush(projection, opened, settings, mark)
    spans = source.bounds(source.partitions([topic]))
    reader = source.read(spans)
    read = 0
    watch.mark("start")
    began = resource.getrusage(resource.RUSAGE_SELF)
    while not reader.done:
        chunks = reader.poll(0.5, settings.flush_records)
        watch.mark("poll")
        read += flush.write(chunks).read
    ended = resource.getrusage(resource.RUSAGE_SELF)
    reader.close()
    source.close()
    opened.close()
    whole = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    del watch.cpu["start"]
    micro = 1e6 / read
    result = {
        stage: {"cpu": watch.cpu[stage] * micro, "wall": watch.wall[stage] * micro}
        for stage in watch.cpu
    }
    result["all threads"] = {"cpu": whole * micro, "wall": sum(watch.wall.values()) * micro}
    print(json.dumps(result))


if __name__ == "__main__":
    _measure(*sys.argv[1:5])
