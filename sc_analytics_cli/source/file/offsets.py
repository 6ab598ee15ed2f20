"""The offsets that an archive holds of one partition."""

from __future__ import annotations

from array import array
from bisect import bisect_right


class Offsets:
    """Offsets in the order of the file; archives put one behind the other go back.

    Offsets that the file leaves out held no record: that can be said of a gap as
    soon as it is passed where offsets only rise, and otherwise only of a gap
    that no other place of the file fills.
    """

    def __init__(self) -> None:
        self.first = self.end = 0
        self._back = False
        self._starts = array("q")
        self._ends = array("q")

    def add(self, offset: int) -> None:
        """Note the offset of the next record."""
        if not self._ends:
            self.first = self.end = offset
        self._back = self._back or offset < self.end
        self.first, self.end = min(self.first, offset), max(self.end, offset + 1)
        if self._ends and offset == self._ends[-1]:
            self._ends[-1] = offset + 1
        else:
            self._starts.append(offset)
            self._ends.append(offset + 1)

    def complete(self) -> None:
        """Say that this was the last one."""
        ranges = sorted(zip(self._starts, self._ends, strict=True)) if self._back else []
        self._starts, self._ends = array("q"), array("q")
        for start, end in ranges:
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def absent(self, start: int, end: int) -> bool:
        """Whether no record of `[start, end)`, which the file has just passed over, is in it."""
        if not self._back:
            return True
        before = bisect_right(self._starts, end - 1) - 1
        return before < 0 or self._ends[before] <= start
