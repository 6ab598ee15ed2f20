"""The README's screens, drawn by the product: `python -m tests.pictures FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.integration.product import ROOT, Product

PICTURES = {
    "funnel.svg": ("report", "funnel", "--date", "2026-11-22"),
    "revenue.svg": ("report", "revenue", "--date", "2026-11-16..2026-11-22", "--top", "3"),
}
"""File → the command that it shows, after a replay of the demo's events."""


def draw(folder: Path) -> None:
    """Write them all to a folder."""
    with tempfile.TemporaryDirectory() as store:
        product = Product("", f"sqlite:///{store}/demo.db")
        product.ok("replay", "all", "--source", str(ROOT / "fixtures/demo.ndjson"))
        for name, words in PICTURES.items():
            product.ok(*words, "--export", str(folder / name))


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
