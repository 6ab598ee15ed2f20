"""``python -m tests.soak``: exit 0 where everything was exact and memory flat, 1 where not."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from tests.integration.product import Product

from . import rebuilding
from .agenda import Book, tell
from .memory import Memory
from .producing import DAYS, FIRST_DAY
from .running import Soak
from .site import Site
from .summary import summary
from .verdict import judge

DATES = f"{FIRST_DAY}..{date.fromisoformat(FIRST_DAY) + timedelta(DAYS + 3)}"


def main() -> int:
    """Soak, judge, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--rate", type=int, default=1000, help="records a second")
    asked = parser.parse_args()
    tell(f"soak: {asked.minutes:g} minutes, seed {asked.seed}, {asked.rate:,} records a second")
    directory = Path(tempfile.mkdtemp(prefix="sc-analytics-soak-"))
    book, memory = Book(), Memory()
    with Site() as site:
        lost = Soak(site, directory, asked.seed, asked.rate, book, memory).run(asked.minutes)
        product = Product(site.servers, site.store_itself, *rebuilding.FLAGS)
        judge(site.servers, product, DATES, book)
    for name in memory.growing():
        book.wrong(f"memory of {name} grows")
    told = f"seed {asked.seed}, {asked.minutes:g} minutes, {asked.rate:,} records a second"
    for line in summary(told, book, memory, lost):
        sys.stdout.write(line + "\n")
    for trouble in book.trouble:
        tell(f"WRONG: {trouble}")
    if book.trouble:
        tell(f"what the processes said: {directory}")
        return 1
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
