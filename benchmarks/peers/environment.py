"""An environment of its own for a peer, made once and kept outside the checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.servers.cache import cache_root

BYTEWAX = ("bytewax[kafka]==0.21.1", "confluent-kafka==2.16.1", "orjson==3.13.0", "pymongo==4.20.0")
_PYTHONS = ("python3.12", "python3.11", "python3.10")
"""bytewax has wheels for these; the first that has `venv` is taken."""


def bytewax_python() -> Path:
    """The interpreter of an environment with bytewax; SystemExit where it cannot be made."""
    folder = cache_root() / "peers" / BYTEWAX[0].replace("[kafka]==", "-")
    python = folder / "bin" / "python"
    if not python.exists():
        _make(folder)
    return python


def _make(folder: Path) -> None:
    """Make it, whole or not at all."""
    for name in _PYTHONS:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            subprocess.run([name, "-m", "venv", folder], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *BYTEWAX]
        if subprocess.run(pip, check=False).returncode == 0:
            return
    shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(f"{BYTEWAX[0]} cannot be installed for any of {', '.join(_PYTHONS)}")
