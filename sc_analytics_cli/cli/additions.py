"""What an event adds to which document, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..fold.delta import Adding
from ..report.safe import EMPTY


def adds_in_words(postings: Iterable[Adding]) -> Iterator[str]:
    """`    adds 1 to orders_created on 2026-10-01`, a line an addition."""
    for posting in postings:
        for add in posting.adds:
            key = f" of {add.key or EMPTY}" if add.key is not None else ""
            yield f"    adds {add.amount:,} to {add.field}{key} on {posting.date}"
