"""How far a made-up history is: of how many, and for how long yet."""

from __future__ import annotations

import pytest

from sc_analytics_cli.cli.demo_progress import HistoryProgress, about
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (7, "7"), (99.6, "100"), (1234, "1,200"), (120_951, "120,000"), (5e6, "5,000,000")],
)
def test_about_is_two_digits(number: float, words: str) -> None:
    """More would only look exact."""
    assert about(number) == words


def test_history_says_what_is_left_and_what_comes_after_it_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At the pace so far."""
    clock = FakeClock()
    tells = HistoryProgress(120_951, 1000.0, clock)
    clock.sleep(10)
    tells(20_000, 500.0)
    tells(130_000, 1000.5)
    assert capsys.readouterr().err.splitlines() == [
        "20,000 of about 120,000 events, about 50s left",
        "130,000 events sent",
    ]
