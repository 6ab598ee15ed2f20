"""What a test started ends with it, so that it cannot disturb another one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.integration.product import none_left, started


def test_a_child_of_a_test_that_fails_does_not_outlive_it() -> None:
    """It is killed, reaped, and its pipes are closed; one that has ended is left in peace."""
    begun: list[subprocess.Popen[bytes]] = []

    def failing() -> None:
        line = [sys.executable, "-c", "import time; time.sleep(600)"]
        begun.append(started(subprocess.Popen([sys.executable, "-c", ""])))
        begun[0].wait()
        begun.append(started(subprocess.Popen(line, stdout=subprocess.PIPE)))
        raise AssertionError("the test")

    with pytest.raises(AssertionError, match="the test"), none_left():
        failing()
    ended, forgotten = begun
    assert (ended.returncode, forgotten.returncode) == (0, -9)
    assert forgotten.stdout is not None
    assert forgotten.stdout.closed
