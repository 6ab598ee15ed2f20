"""What cannot be understood: exit code 2 before anything is opened, and what to type instead."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.integration.product import Outcome

from .command import SECRET, Command, misused, refused, side_by_side

SPECS = ("use one of: earliest, latest, N, P:N",)
DURATION = ("is not a duration",)

REFUSED = {
    "consume nope": ("no projection is called 'nope'", "user-lifecycle, all"),
    "report nope": ("no report is called 'nope'", "choose from: funnel, revenue, users, all"),
    "replay": ("replay needs to know where to start", "--from-offset earliest"),
    "replay --from-offset soon": ("'soon' is not a SPEC", *SPECS),
    "replay --from-offset=": ("'' is not a SPEC", *SPECS),
    "replay --from-offset 0:1,0:2": ("'0:1,0:2' names a partition twice", *SPECS),
    "replay --from-offset @yesterday": ("@yesterday is not a time", "@2026-10-01T12:00:00Z"),
    "replay --from-offset 0 --to-offset soon": ("'soon' is not a SPEC", *SPECS),
    "consume all --start soon": ("'soon' is not a SPEC", *SPECS),
    "report --timezone Mars/Olympus": ("unknown time zone 'Mars/Olympus'", "Europe/Berlin"),
    "report --flush-interval soon": ("--flush-interval: 'soon'", *DURATION),
    "--timeout soon report": ("--timeout: 'soon'", *DURATION),
    "report --csv": ("--csv prints one report", "sc-analytics report funnel --csv"),
    "report funnel --csv --json": ("not together with --json",),
    "report --store redis://host/0": ("'redis'", "no kind of store", "sqlite:///"),
    "report --store mongodb://user:sekret@host/db": (
        "a password on the command line",
        "SC_ANALYTICS_STORE_PASSWORD",
    ),
}

ADDRESSES = (
    "mongodb://user:sekret@host:port/db",
    "mongodb://us@er:sekret@host/db",
    "mongodb://user:sekret%@host/db",
    "mongodb://user:sekret/x@host/db",
    "mongodb://user:sekret@host/db?sekret",
)

MISUSED = {
    "nope": ("No such command 'nope'",),
    "consume": ("Missing argument",),
    "consume all --workers 0": ("--workers", "greater than or equal to 1"),
    "consume all --timeout 0": ("--timeout",),
    "replay --from-offset": ("--from-offset", "requires an argument"),
    "report --frobnicate": ("No such option: --frobnicate",),
    "--date today report": ("No such option: --date; those of a command are written behind it",),
    "--timeout 5s": ("Usage: ",),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store would be, if a command that was refused made one."""
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> dict[str, Outcome]:
    """How every command line of this module ends."""
    command = Command(f"sqlite:///{folder}/store.db", SC_ANALYTICS_TIMEOUT="1")
    runs = {line: partial(command.run, *line.split()) for line in [*REFUSED, *MISUSED]}
    runs |= {each: partial(command.on(each).run, "report") for each in ADDRESSES}
    runs["--debug"] = partial(command.on(ADDRESSES[0]).run, "report", "--debug")
    return side_by_side(runs)


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_product_does_not_understand(outcomes: dict[str, Outcome], line: str) -> None:
    """It says what is wrong and what to type next."""
    refused(outcomes[line], 2, *REFUSED[line])


@pytest.mark.parametrize("line", MISUSED)
def test_what_the_command_line_does_not_know(outcomes: dict[str, Outcome], line: str) -> None:
    """It names the word that is wrong, or shows the help."""
    misused(outcomes[line], *MISUSED[line])


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_cannot_be_read_keeps_its_password(
    outcomes: dict[str, Outcome], address: str
) -> None:
    """What is wrong with it is said without quoting the password."""
    refused(outcomes[address], 2, "--store is not a MongoDB address")


def test_a_traceback_keeps_the_password_too(outcomes: dict[str, Outcome]) -> None:
    """--debug shows where it happened, still without the password."""
    outcome = outcomes["--debug"]
    assert outcome.code == 2
    assert "Traceback" in outcome.err
    assert SECRET not in outcome.err


def test_nothing_is_made_by_a_command_that_was_refused(
    outcomes: dict[str, Outcome], folder: Path
) -> None:
    """No store file is left behind by any of them."""
    assert outcomes
    assert list(folder.iterdir()) == []
