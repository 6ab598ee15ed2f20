"""The result, in the form in which it stands in docs/guarantees.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from .agenda import Book
from .memory import Memory


def summary(asked: str, book: Book, memory: Memory, lost: Mapping[str, int]) -> Iterator[str]:
    """Lines of Markdown; `asked` is what the run was asked for, in words."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield f"{datetime.now(UTC).date()}: {asked}; {machine}, Python {platform.python_version()}."
    yield ""
    yield "| What | How often |"
    yield "|---|---:|"
    for what, number in sorted(book.counts.items()):
        yield f"| {what} | {number:,} |"
    for what, number in lost.items():
        yield f"| requests: {what} | {number:,} |"
    yield f"| **what was wrong in the end** | **{len(book.trouble):,}** |"
    yield ""
    yield "| Memory, MiB | minutes | at first | at last | peak | a minute |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, life in memory.longest.items():
        _, sizes = life.settled()
        first, last = (sizes[0], sizes[-1]) if sizes else (life.sizes[0], life.sizes[-1])
        yield (
            f"| {name} | {life.seconds / 60:.1f} | {first:.0f} | {last:.0f} "
            f"| {memory.peaks[name]:.0f} | {life.slope():+.2f} |"
        )
    for name in sorted(memory.peaks.keys() - memory.longest.keys()):
        yield f"| {name} | | | | {memory.peaks[name]:.0f} | |"
