"""`config`, and the places besides flags and variables that a setting may be said in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sc_analytics_cli import __version__
from sc_analytics_cli.config.layers import all_settings
from tests.integration.product import Outcome

from .command import SECRET, Command, misused, plain, refused

STORE = f"mongodb://user:{SECRET}@127.0.0.1:1/db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder where commands are typed, with a file and a `.env`."""
    (tmp_path / "sc-analytics.toml").write_text(
        f'timeout = "5s"\nsasl-username = "me"\nsasl-password = "{SECRET}"\n'
        '[profile.prod]\nsecurity-protocol = "SASL_SSL"\nsasl-mechanism = "SCRAM-SHA-512"\n'
    )
    (tmp_path / ".env").write_text(
        f"OTHER=1\nSC_ANALYTICS_STORE={STORE}\nSC_ANALYTICS_PROFILE=prod\nSC_ANALYTICS_JSON=1\n"
    )
    return tmp_path


def typed(folder: Path, *words: str, **variables: str) -> Outcome:
    """A command in this folder, without any setting but those that the test says."""
    command = Command("", **variables)
    environment: Mapping[str, str] = {
        name: value for name, value in command._environment.items() if value
    }
    environment = {k: v for k, v in environment.items() if k != "SC_ANALYTICS_BOOTSTRAP_SERVERS"}
    done = subprocess.run(
        [sys.executable, "-m", "sc_analytics_cli", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_every_place_is_heard_and_told(folder: Path) -> None:
    """Each value with the place that it came from; passwords never."""
    outcome = typed(
        folder, "config", "show", "--currency", "eur", SC_ANALYTICS_TIMEZONE="Asia/Tokyo"
    )
    assert outcome.code == 0, outcome.err
    content = json.loads(outcome.out)  # --json comes from .env
    assert (content["schema"], content["file"], content["profile"]) == (
        "sc-analytics.config/1",
        "sc-analytics.toml",
        "prod",
    )
    told = {each["name"]: (each["value"], each["origin"]) for each in content["settings"]}
    assert told["currency"] == ("EUR", "--currency")
    assert told["timezone"] == ("Asia/Tokyo", "SC_ANALYTICS_TIMEZONE")
    assert told["store"] == ("mongodb://user:********@127.0.0.1:1/db", ".env, line 2")
    line = "sc-analytics.toml, line 5 [profile.prod]: security-protocol"
    assert told["security-protocol"] == ("SASL_SSL", line)
    assert told["timeout"] == ("5s", "sc-analytics.toml, line 1: timeout")
    assert told["sasl-password"] == ("********", "sc-analytics.toml, line 3: sasl-password")
    assert told["ledger-days"] == ("30", "default")
    assert told["ssl-cafile"] == (None, "default")
    assert SECRET not in outcome.out + outcome.err


def test_every_setting_is_listed_the_files_of_passwords_too(folder: Path) -> None:
    """With the name of the file, where one holds the password; what is in it is hidden."""
    (folder / "hush").write_text(SECRET)
    outcome = typed(folder, "config", "show", SC_ANALYTICS_STORE_PASSWORD_FILE="hush")
    told = {each["name"]: each for each in json.loads(outcome.out)["settings"]}
    assert list(told) == [each.key for each in all_settings()]
    named, hidden = told["store-password-file"], told["store-password"]
    assert (named["value"], named["origin"]) == ("hush", "SC_ANALYTICS_STORE_PASSWORD_FILE")
    assert (hidden["value"], hidden["origin"]) == ("********", "SC_ANALYTICS_STORE_PASSWORD_FILE")
    assert (told["sasl-password-file"]["value"], told["sasl-password-file"]["origin"]) == (
        None,
        "default",
    )
    assert SECRET not in outcome.out + outcome.err


@pytest.mark.parametrize(
    "line",
    [
        "--profile prod config show --json",
        "--timeout 2s --profile=prod config show --json",
        "--debug --profile nope config show --profile prod --json",
    ],
)
def test_settings_may_stand_before_the_command(folder: Path, line: str) -> None:
    """They count as behind it; what stands behind it by itself counts more."""
    (folder / ".env").unlink()
    outcome = typed(folder, *line.split())
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["profile"] == "prod"


def test_the_version(folder: Path) -> None:
    """One line, whatever the files say."""
    (folder / "sc-analytics.toml").write_text("= ]")
    assert typed(folder, "--version") == (0, f"sc-analytics {__version__}\n", "")


def test_a_table_for_people(folder: Path) -> None:
    """One line a setting: name, value, place."""
    (folder / ".env").unlink()
    outcome = typed(folder, "config", "show", "--profile", "prod")
    assert outcome.code == 0, outcome.err
    lines = {line.split()[0]: line.split(None, 2)[1:] for line in outcome.out.splitlines()}
    assert lines["timeout"] == ["5s", "sc-analytics.toml, line 1: timeout"]
    assert lines["flush-records"] == ["16000", "default"]
    assert lines["sasl-password"][0] == "********"
    assert outcome.out.endswith("file: sc-analytics.toml; profile: prod\n")
    assert SECRET not in outcome.out + outcome.err


def test_init_writes_a_file_once(tmp_path: Path) -> None:
    """It changes nothing as it stands, and is not overwritten."""
    assert typed(tmp_path, "config", "init").code == 0
    outcome = typed(tmp_path, "config", "show", "--json")
    assert {each["origin"] for each in json.loads(outcome.out)["settings"]} == {"default"}
    refused(typed(tmp_path, "config", "init"), 2, "exists and is left as it is")
    assert typed(tmp_path, "config", "init", "other.toml").code == 0


def test_a_misspelt_variable(folder: Path) -> None:
    """A warning in the environment, an error in `.env`; each names what may be meant."""
    outcome = typed(folder, "config", "show", SC_ANALYTICS_TIMEZON="UTC", SC_ANALYTICS_TEST_X="1")
    assert outcome.code == 0
    assert outcome.err == (
        "warning: SC_ANALYTICS_TIMEZON is no setting: perhaps SC_ANALYTICS_TIMEZONE is meant\n"
    )
    with (folder / ".env").open("a") as file:
        file.write("SC_ANALYTICS_TIMEZON=UTC\n")
    outcome = typed(folder, "report")
    refused(outcome, 2, ".env, line 5: SC_ANALYTICS_TIMEZON", "SC_ANALYTICS_TIMEZONE is meant")


def test_options_of_commands_are_no_misspelt_variables(tmp_path: Path) -> None:
    """SC_ANALYTICS_WORKERS means something to another command."""
    outcome = typed(tmp_path, "config", "show", SC_ANALYTICS_WORKERS="2", SC_ANALYTICS_CONFIG="")
    assert (outcome.code, outcome.err) == (0, "")


def test_help_comes_whatever_the_files_say(folder: Path) -> None:
    """A file that cannot be read stops commands, not their help."""
    (folder / ".env").write_text("SC_ANALYTICS_STORE='open")
    (folder / "sc-analytics.toml").write_text("= ]")
    assert typed(folder, "report", "--help").code == 0
    refused(typed(folder, "report"), 2, ".env, line 1", advised=False)
    (folder / ".env").unlink()
    refused(typed(folder, "report"), 2, "sc-analytics.toml is not TOML")


def test_a_password_is_no_flag(folder: Path) -> None:
    """It would be in the list of processes, for everybody to read."""
    misused(typed(folder, "report", "--sasl-password", "x"), "No such option: --sasl-password")
    outcome = typed(folder, "report", "--store", STORE, "--debug")
    assert outcome.code == 2
    assert SECRET not in outcome.err
    plain(outcome._replace(err=outcome.err.replace("Traceback", "")), "SC_ANALYTICS_STORE_PASSWORD")
