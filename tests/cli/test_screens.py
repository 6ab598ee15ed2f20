"""Whole screens, character by character: what a person sees of the demo's two weeks.

After a change that is meant, write them anew from the command's own output and look at them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .command import Command
from .demo_files import DATES, EVENTS

SCREENS = Path(__file__).parent / "screens"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with the demo's two weeks in it."""
    address = f"sqlite:///{tmp_path_factory.mktemp('screens')}/demo.db"
    Command(address).ok("replay", "--source", str(EVENTS))
    return address


@pytest.mark.parametrize("columns", ["80", "140"])
@pytest.mark.parametrize("report", ["funnel", "revenue", "users"])
def test_a_report_on_a_screen(store: str, report: str, columns: str) -> None:
    """The screen is as it was, and no line is wider than it."""
    shown = Command(store, COLUMNS=columns).ok("report", report, "--date", DATES)
    assert shown == (SCREENS / f"{report}-{columns}.txt").read_text(encoding="utf-8")
    assert max(map(len, shown.splitlines())) <= int(columns)
