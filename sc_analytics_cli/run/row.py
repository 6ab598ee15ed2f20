"""Dead letters in a row: who reads nothing but these is pointed at another topic.

The row grows with every dead letter and ends with every event that can be read,
a duplicate too. A skipped record does neither: it may be anybody's. It goes on
from flush to flush, over all partitions that a process reads, in the order in
which it reads them; so an event in any of them ends it. Checkpoints keep it, so
that a supervisor that starts the command again and again does not fill the store
all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..decode.reading import Reading
from ..errors import UnreadableError
from ..event import Coordinate
from ..fold.field import Document


class Refused(NamedTuple):
    """Where a run has to stop: nothing from `at` on may be stored; `last` was read, and why not."""

    at: Coordinate
    last: Coordinate
    reason: str
    length: int

    def error(self, projection: str) -> UnreadableError:
        """What to say of it."""
        return UnreadableError(
            f"{projection}: {self.length:,} records in a row cannot be read; "
            f"{self.last}: {self.reason}",
            cause="the topic holds something else than events, or a producer writes them wrongly",
            advice="check --user-topic and --order-topic, see sc-analytics dead-letters list; "
            f"to go on: --max-dead-letters {self.length * 10}, or 0 for no limit",
        )


class Row:
    """The dead letters since the last event that could be read, in one run of one projection."""

    def __init__(self, limit: int) -> None:
        """With a limit of 0 the row never ends a run."""
        self.length = 0
        self._limit = limit

    def resume(self, checkpoints: Iterable[Document]) -> None:
        """Go on with the row that the checkpoint written last tells of."""
        known = [each for each in checkpoints if "dead_in_a_row" in each]
        if known:
            self.length = max(known, key=lambda each: each["updated_at"])["dead_in_a_row"]

    def along(self, readings: Mapping[str, Reading]) -> tuple[int, Refused | None]:
        """The length after these, and where to stop: behind the dead letter that fills the row.

        Where it was full before, in front of the first one; an event ends it.
        """
        length = self.length
        for partition, reading in readings.items():
            if not reading.dead_letters:
                length = 0 if reading.events else length
                continue
            sound = [(event.offset, "") for event in reading.events]
            dead = [(letter.record.offset, letter.reason) for letter in reading.dead_letters]
            for offset, reason in sorted(sound + dead):
                if not reason:
                    length = 0
                    continue
                full = 0 < self._limit <= length
                length += not full
                if full or length == self._limit:
                    last = Coordinate(partition, offset)
                    at = Coordinate(partition, offset + (not full))
                    return length, Refused(at, last, reason, length)
        return length, None
