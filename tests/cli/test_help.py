"""--help of every command: quick to come, so no driver is loaded for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.product import ROOT, Outcome

from .command import commands

DRIVERS = {"kafka", "confluent_kafka", "pymongo", "bson", "sqlite3", "zstandard"}
ALL = [" ".join(path) for path, _ in commands()]

IN_ONE_PROCESS = """
import contextlib, io, json, sys
from sc_analytics_cli.cli.app import app
helped = {}
for name in json.loads(sys.argv[1]):
    shown, code = io.StringIO(), None
    with contextlib.redirect_stdout(shown):
        try:
            app([*name.split(), "--help"], prog_name="sc-analytics")
        except SystemExit as end:
            code = end.code
    helped[name] = {"code": code, "text": shown.getvalue(), "loaded": list(sys.modules)}
print(json.dumps(helped))
"""
"""Asks for every command's help as the entry point does, one after the other."""


@pytest.fixture(scope="module")
def helped() -> dict[str, Any]:
    """Command → exit code, text, and the modules that were loaded by then."""
    done = _python("-c", IN_ONE_PROCESS, json.dumps(ALL))
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize("name", ALL)
def test_help_loads_no_driver(helped: dict[str, Any], name: str) -> None:
    """It exits with 0 and shows the usage, without Kafka, MongoDB or SQLite in memory."""
    assert helped[name]["code"] == 0
    assert f"Usage: sc-analytics {name}".rstrip() in helped[name]["text"]
    assert not {each.split(".")[0] for each in helped[name]["loaded"]} & DRIVERS


def test_every_command_has_been_asked() -> None:
    """The list of commands is read from the product, so that a new one is asked too."""
    assert {"", "consume", "replay", "report", "demo", "dead-letters list"} <= set(ALL)


def test_the_short_form_is_the_same() -> None:
    """-h and --help show one text, on stdout alone."""
    line = ("-m", "sc_analytics_cli", "replay")
    outcome = _python(*line, "-h")
    assert outcome.code == 0
    assert outcome.err == ""
    assert "--from-offset" in outcome.out
    assert outcome == _python(*line, "--help")


def _python(*words: str) -> Outcome:
    done = subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
