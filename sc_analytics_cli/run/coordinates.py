"""A set of coordinates that a long log fits into."""

from __future__ import annotations

from collections.abc import Iterator

from ..event import Coordinate

_PAGE_BYTES = 512


class CoordinateSet:
    """Keeps one bit an offset, in pages that are made where an offset is put into them."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, int], bytearray] = {}

    def add(self, at: Coordinate) -> None:
        """Put one in."""
        page, place, mask = _place(at)
        if page not in self._pages:
            self._pages[page] = bytearray(_PAGE_BYTES)
        self._pages[page][place] |= mask

    def update(self, other: CoordinateSet) -> None:
        """Put in all that `other` holds."""
        for page, theirs in other._pages.items():
            mine = self._pages.get(page, b"")
            self._pages[page] = bytearray(
                (_number(mine) | _number(theirs)).to_bytes(_PAGE_BYTES, "little")
            )

    def without(self, other: CoordinateSet) -> Iterator[Coordinate]:
        """Those that `other` does not hold."""
        for (partition, number), mine in self._pages.items():
            left = _number(mine) & ~_number(other._pages.get((partition, number), b""))
            first = number * _PAGE_BYTES * 8
            while left:
                lowest = left & -left
                yield Coordinate(partition, first + lowest.bit_length() - 1)
                left ^= lowest

    def __contains__(self, at: Coordinate) -> bool:
        page, place, mask = _place(at)
        return page in self._pages and bool(self._pages[page][place] & mask)


def _place(at: Coordinate) -> tuple[tuple[str, int], int, int]:
    byte, bit = divmod(at.offset, 8)
    number, place = divmod(byte, _PAGE_BYTES)
    return (at.partition, number), place, 1 << bit


def _number(page: bytes | bytearray) -> int:
    return int.from_bytes(page, "little")
