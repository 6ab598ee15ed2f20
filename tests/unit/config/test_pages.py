"""The pages that are made from the declarations."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from sc_analytics_cli.cli import reference as commands
from sc_analytics_cli.config.layers import all_settings, configuration
from sc_analytics_cli.config.reference import reference
from sc_analytics_cli.config.template import create, template
from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.settings import Settings
from tests.pictures import draw

ROOT = Path(__file__).resolve().parents[3]


def test_the_reference_is_fresh() -> None:
    """`make docs` writes it."""
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == reference()
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == commands.reference()


def test_the_pictures_are_fresh(tmp_path: Path) -> None:
    """`make docs` draws them, with `report --export`, from the demo's events."""
    draw(tmp_path)
    drawn = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert drawn == {each.name: each.read_bytes() for each in (ROOT / "docs").glob("*.svg")}


def test_the_template_names_every_setting_with_its_default(tmp_path: Path) -> None:
    """Without the # it says what is so anyway; what is unset stands as an empty text."""
    path = tmp_path / "conf.toml"
    assert tomllib.loads(template()) == {}
    lines = [line.removeprefix("# ") for line in template().splitlines() if " = " in line]
    upto = next(n for n, line in enumerate(lines) if "kafka-1" in line)
    said = tomllib.loads("\n".join(lines[:upto]))
    assert list(said) == [each.key for each in all_settings()]
    path.write_text("\n".join(line for line in lines[:upto] if not line.endswith('= ""')))
    assert configuration({}, {}, {}, file=str(path)).settings == Settings()


def test_the_template_is_for_its_owner_and_replaces_nothing(tmp_path: Path) -> None:
    """It may come to hold a password."""
    path = tmp_path / "conf.toml"
    create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists and is left as it is"):
        create(path)
    assert path.read_text() == "mine"
    with pytest.raises(UsageError, match="cannot be written"):
        create(tmp_path / "no/such/folder.toml")
