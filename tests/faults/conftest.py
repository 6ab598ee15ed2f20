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
# In the environment, so that the workers of a parallel run have the one that is printed.
_seed = os.environ.setdefault(VARIABLE, str(random.SystemRandom().randrange(10**6)))
_counts: Counter[str] = Counter()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What is random in a test follows from the printed seed and the test's name.

    So the same faults come again whether the test runs alone, in any order, or beside others.
    """
    return random.Random(f"{_seed} {request.node.nodeid}").randrange(10**9)


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
    if not _counts:
        return
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in _counts.items())
    terminalreporter.write_line(f"faults: {told}; {VARIABLE}={_seed}")
