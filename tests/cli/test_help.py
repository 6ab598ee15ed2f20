"""--help of every command: quick to come, so no driver is loaded for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial

import pytest

from tests.integration.product import ROOT, Outcome

from .command import commands, side_by_side

DRIVERS = ("kafka", "pymongo", "bson", "sqlite3", "zstandard")


ALL = [" ".join(path) for path, _ in commands()]


@pytest.fixture(scope="module")
def helped() -> dict[str, Outcome]:
    """Command → its help; stderr lists the modules that were loaded."""
    return side_by_side({name: partial(_help, *name.split(), "--help") for name in ALL})


@pytest.mark.parametrize("name", ALL)
def test_help_loads_no_driver(helped: dict[str, Outcome], name: str) -> None:
    """It exits with 0 and shows the usage, without Kafka, MongoDB or SQLite in memory."""
    outcome = helped[name]
    assert outcome.code == 0
    assert f"Usage: python -m sc_analytics_cli {name}".rstrip() in outcome.out
    loaded = {each.split(".")[0] for each in re.findall(r"\| +([\w.]+)$", outcome.err, re.M)}
    assert "sc_analytics_cli" in loaded
    assert not loaded & set(DRIVERS)


def test_every_command_has_been_asked() -> None:
    """The list of commands is read from the product, so that a new one is asked too."""
    assert {"", "consume", "replay", "report", "demo", "dead-letters list"} <= set(ALL)


def test_the_short_form_is_the_same(helped: dict[str, Outcome]) -> None:
    """-h and --help show one text."""
    assert _help("replay", "-h").out == helped["replay"].out


def _help(*words: str) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sc_analytics_cli", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
