"""Seeds of what is random here, and the counts that the suite ends with."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from .orders import end_all

VARIABLE = "SC_ANALYTICS_TEST_SEED"
_seed = int(os.environ.get(VARIABLE) or random.SystemRandom().randrange(10**6))
_counts: Counter[str] = Counter()


@pytest.fixture(scope="session")
def seeds() -> Iterator[int]:
    """Seeds for random faults; all of them follow from the one that is printed at the end."""
    chance = random.Random(_seed)
    return iter(lambda: chance.randrange(10**9), None)


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No consumer outlives its test: all of a projection are of one group."""
    yield
    end_all()


def pytest_runtest_logreport(report: Any) -> None:
    """Add up what tests have counted with `record_property`."""
    if report.when == "call":
        for name, number in report.user_properties:
            if isinstance(number, int):
                _counts[name] += number


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much was tried, and with which seed."""
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in _counts.items())
    terminalreporter.write_line(f"faults: {told}; {VARIABLE}={_seed}")
