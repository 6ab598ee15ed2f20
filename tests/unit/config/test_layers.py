"""Which of the places that may speak is heard, and what it may say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sc_analytics_cli.config.layers import Configuration, all_settings, configuration, described
from sc_analytics_cli.config.written import Written
from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.settings import Settings

TOML = """\
timeout = "4s"
flush-records = 4
[profile.prod]
timeout = "3s"   # shorter
"""
PLACES = ["flag", "variable", "dotenv", "profile", "top"]
"""In the order in which they are asked."""


def found(
    flags: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    dotenv: Mapping[str, str] | None = None,
    **where: Any,
) -> Configuration:
    """What these come to; flags by setting, the others by variable."""
    typed = {name: Written(text, "--" + name) for name, text in (flags or {}).items()}
    lines = {name: Written(text, ".env, line 1") for name, text in (dotenv or {}).items()}
    return configuration(typed, environment or {}, lines, **where)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "conf.toml"
    path.write_text(TOML)
    return str(path)


@pytest.mark.parametrize("first", range(5))
def test_the_first_place_that_says_something_counts(file: str, first: int) -> None:
    """Flag, variable, .env, profile, top of the file; else the default."""
    asked = PLACES[first:]
    result = found(
        {"timeout": "0.5"} if "flag" in asked else {},
        {"SC_ANALYTICS_TIMEOUT": "1" if "variable" in asked else ""},
        {"SC_ANALYTICS_TIMEOUT": "2" if "dotenv" in asked else ""},
        file=file,
        profile="prod" if "profile" in asked else None,
    )
    origins = [
        "--timeout",
        "SC_ANALYTICS_TIMEOUT",
        ".env, line 1",
        f"{file}, line 4 [profile.prod]: timeout",
        f"{file}, line 1: timeout",
    ]
    assert result.settings.timeout == [0.5, 1.0, 2.0, 3.0, 4.0][first]
    assert result.origins["timeout"] == origins[first]
    assert result.settings.flush_records == 4
    assert result.origins["flush_interval"] == "default"


def test_nothing_said_is_the_defaults() -> None:
    """No file, no variable: the dataclass as it is declared."""
    result = found()
    assert result.settings == Settings()
    assert set(result.origins.values()) == {"default"}


def test_every_default_can_be_written_and_read_back() -> None:
    """What help, template and reference print as a default means just that."""
    for each in all_settings():
        if each.default is not None:
            assert each.kind.read(each.written(each.default)) == each.default, each.name


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("flush-record = 5", "line 1: flush-record: there is no such setting"),
        ("flush_records = 5", "line 1: flush_records: there is no such setting"),
        ("[profile.other]\ntimout = 5", "line 2 [profile.other]: timout: there is no such"),
        ('flush-records = "5"', "flush-records: a whole number from 1 to 100000 is needed"),
        ("flush-records = true", "is needed, not true or false"),
        ("flush-records = 0", "line 1: flush-records: '0' is not a whole number"),
        ("timeout = 'soon'", "line 1: timeout: 'soon' is not a duration from 100ms to 1h"),
        ("store = 5", "store: a text is needed, not a number"),
        ("debug = 'yes'", "debug: true or false is needed, not a text"),
        ("leader-roles = [1]", "leader-roles: names of roles are needed, as texts"),
        ("leader-roles = []", "leader-roles: no role is named"),
        ("timezone = 'Mars'", "line 1: timezone: unknown time zone 'Mars'"),
        ("[store]\na = 1", "store: a text is needed, not a table"),
        ("profile = 'prod'", "'profile' must be tables"),
        ("timeout = 5 5", "is not TOML"),
        ("security-protocol = 'TLS'", "'TLS' is not one of PLAINTEXT, SSL"),
        ("sasl-password-file = '/no/such'", "/no/such cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_understood(tmp_path: Path, line: str, words: str) -> None:
    """It names the file, the line where that can be told, and the key."""
    path = tmp_path / "conf.toml"
    path.write_text(line)
    with pytest.raises(UsageError) as refused:
        found(file=str(path))
    assert refused.value.what.startswith(str(path))
    assert words in refused.value.what


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("timout", "timeout"), ("flush_interval", "flush-interval"), ("sasl-user", "sasl-username")],
)
def test_a_misspelt_key_is_answered_with_the_right_one(
    tmp_path: Path, wrong: str, right: str
) -> None:
    path = tmp_path / "conf.toml"
    path.write_text(f"[profile.p]\n{wrong} = 1")
    with pytest.raises(UsageError) as refused:
        found(file=str(path))
    assert refused.value.cause == f"perhaps {right} is meant"


def test_a_profile_that_the_file_does_not_have(file: str) -> None:
    """Named with the nearest one; without a file there is no profile at all."""
    with pytest.raises(UsageError) as refused:
        found(file=file, profile="pord")
    assert (refused.value.cause, refused.value.advice) == (
        "perhaps prod is meant",
        "choose from: prod",
    )
    with pytest.raises(UsageError, match="no configuration file to find profile 'prod' in"):
        found(profile="prod")


def test_a_file_that_is_named_must_be_there() -> None:
    with pytest.raises(UsageError, match=r"there is no configuration file /no/such\.toml"):
        found(file="/no/such.toml")


def test_the_file_of_the_folder_comes_before_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file counts: the one named, that of the folder, that of the user."""
    own = tmp_path / "home/.config/sc-analytics/config.toml"
    own.parent.mkdir(parents=True)
    own.write_text("timeout = 5\nledger-days = 5")
    monkeypatch.chdir(tmp_path)
    home = {"HOME": str(tmp_path / "home")}
    assert found(environment=home).settings.ledger_days == 5
    xdg = home | {"XDG_CONFIG_HOME": str(tmp_path / "home/.config")}
    assert found(environment=xdg).settings.ledger_days == 5
    assert found(environment=home | {"XDG_CONFIG_HOME": "/elsewhere"}).file is None
    (tmp_path / "sc-analytics.toml").write_text("timeout = 6")
    here = found(environment=home)
    assert (here.settings.timeout, here.settings.ledger_days) == (6.0, 30)


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    """The last line end is not of it; whoever speaks first counts, file or not."""
    kept = tmp_path / "secret"
    kept.write_text("hush hush\n")
    login = {"security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN", "sasl_username": "me"}
    result = found(login | {"sasl_password_file": str(kept)}, {"SC_ANALYTICS_SASL_PASSWORD": "x"})
    assert result.settings.security.sasl_password == "hush hush"
    assert result.origins["sasl_password"] == "--sasl_password_file"
    result = found(login, {"SC_ANALYTICS_SASL_PASSWORD": "x"})
    assert result.settings.security.sasl_password == "x"


def test_one_place_does_not_name_a_secret_twice(tmp_path: Path) -> None:
    """Which of the two counts would be a guess."""
    both = {"SC_ANALYTICS_STORE_PASSWORD": "x", "SC_ANALYTICS_STORE_PASSWORD_FILE": "y"}
    with pytest.raises(UsageError, match="one of them is too many"):
        found(environment=both)


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_secret_is_a_mistake(tmp_path: Path, content: str) -> None:
    kept = tmp_path / "secret"
    kept.write_text(content)
    with pytest.raises(UsageError, match="is empty"):
        found({"store_password_file": str(kept)})


@pytest.mark.parametrize(
    "address",
    [
        "mongodb://me:hush@host/db",
        "mongodb://me:hu@sh@host/db",
        "mongodb://me:hu/sh@host/db",
        "mongodb+srv://me:hush@host",
        "mongodb://host/db?tls=true&tlsCertificateKeyFilePassword=hush",
        "mongodb://host/?authMechanismProperties=AWS_SESSION_TOKEN:hush",
    ],
)
def test_a_password_in_an_address_is_hidden_and_not_typed(address: str) -> None:
    """As a flag it is refused; elsewhere it is read, and never shown."""
    with pytest.raises(UsageError, match="every user of the machine can read a password") as no:
        found({"store": address})
    assert "hush" not in f"{no.value.what}{no.value.advice}"
    result = found(environment={"SC_ANALYTICS_STORE": address})
    assert result.settings.store == address
    shown = {each.name: value for each, value, _ in described(result)}
    assert "sh" not in str(shown["store"]).replace("tls", "")
    assert "********" in str(shown["store"])
    assert "hush" not in repr(result)


@pytest.mark.parametrize(
    "address",
    ["mongodb://me@h1:1,h2:2/db?authSource=admin", "sqlite:////tmp/a:b@c.db", "mongodb://h:1/db"],
)
def test_an_address_without_a_password_may_be_typed(address: str) -> None:
    """A port or a file's name is none."""
    assert found({"store": address}).settings.store == address


def test_a_secret_setting_is_hidden() -> None:
    """Shown as hidden where it is set, as unset where not."""
    shown = {
        each.name: value
        for each, value, _ in described(found(environment={"SC_ANALYTICS_STORE_PASSWORD": "hush"}))
    }
    assert shown["store_password"] == "********"
    assert shown["sasl_password"] is None
