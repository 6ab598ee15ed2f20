"""docs/projection.md, done as it says in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.product import ROOT

PAGE = (ROOT / "docs/projection.md").read_text(encoding="utf-8")
FILES = re.findall(r"^## \d\. [^\n]*: `(\S+)`\n\n```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ python (.*)$", PAGE, re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product, its fixtures and what its tests need, without the environment."""
    for folder in ("sc_analytics_cli", "fixtures", "tests"):
        skipped = shutil.ignore_patterns("__pycache__", "screens")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_projection_is_one_file_its_fixture_and_its_test(copy: Path) -> None:
    """Nothing else is touched, and it is stored, reported and part of `all`."""
    assert [Path(name).suffix for name, _ in FILES] == [".py", ".ndjson", ".py"]
    for name, content in FILES:
        assert not (copy / name).exists()
        (copy / name).write_text(content, encoding="utf-8")
    said = [_python(copy, *command.split()) for command in COMMANDS]
    assert "1 passed" in said[0]
    _python(copy, "-m", "pytest", "-q", "tests/unit/projections/test_catalog.py")
    assert "Failed logins" in said[2]
    names = "from sc_analytics_cli.projections.catalog import named; "
    names += "print(*(each.name for each in named(['all'])))"
    assert _python(copy, "-c", names).split() == [
        "access", "order-funnel", "revenue", "user-lifecycle",
    ]  # fmt: skip


def _python(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
