"""What a run did, in numbers that add up."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass
class Tally:
    """Counts of records by what became of them, for one projection.

    read = counted + duplicates + skipped + dead_letters + of_other_dates, the last
    of a rebuild of certain dates alone; `redelivered` tells how
    many additions of the counted ones a document had absorbed before. `flushes`
    took `seconds` together, where somebody measured it.
    """

    read: int = 0
    counted: int = 0
    duplicates: int = 0
    skipped: int = 0
    dead_letters: int = 0
    of_other_dates: int = 0
    redelivered: int = 0
    conflicts: int = 0
    written: int = 0
    flushes: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)
