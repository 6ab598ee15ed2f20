"""What a benchmark prints: a row a measured run, its rate set against another one's."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from .product import Measured


class Row(NamedTuple):
    """A run over so many events; CPU and peak memory where it was a process of its own."""

    name: str
    rate: float
    cpu_micros: float | None = None
    peak_mib: float | None = None


def row(name: str, events: int, runs: Sequence[Measured]) -> Row:
    """The medians of several runs of the product."""
    return Row(
        name,
        events / median(run.seconds for run in runs),
        median(run.cpu_seconds for run in runs) / events * 1e6,
        median(run.peak_mib for run in runs),
    )


def print_table(title: str, rows: Sequence[Row], against: Sequence[Row]) -> None:
    """A line a row; a column for each row that the rates are set against."""
    width = max(len(each.name) for each in rows) + 2
    headings = "".join(f"  {'to ' + each.name.partition(':')[0]:>8}" for each in against)
    print(f"\n{title}")
    print(f"{'':{width}}{'events/s':>10}{headings}{'CPU µs':>8}{'peak MiB':>10}")
    for each in rows:
        ratios = "".join(
            f"  {each.rate / other.rate:>{max(8, 3 + len(other.name.partition(':')[0]))}.3f}"
            for other in against
        )
        cpu = "" if each.cpu_micros is None else f"{each.cpu_micros:.1f}"
        peak = "" if each.peak_mib is None else f"{each.peak_mib:.0f}"
        print(f"{each.name:{width}}{each.rate:>10,.0f}{ratios}{cpu:>8}{peak:>10}")
