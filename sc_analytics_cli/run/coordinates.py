"""A set of coordinates that a long log fits into."""

from __future__ import annotations

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

    def issubset(self, other: CoordinateSet) -> bool:
        """Whether `other` holds all of them."""
        return all(
            not _number(mine) & ~_number(other._pages.get(page, b""))
            for page, mine in self._pages.items()
        )

    def __contains__(self, at: Coordinate) -> bool:
        page, place, mask = _place(at)
        return page in self._pages and bool(self._pages[page][place] & mask)


def _place(at: Coordinate) -> tuple[tuple[str, int], int, int]:
    byte, bit = divmod(at.offset, 8)
    number, place = divmod(byte, _PAGE_BYTES)
    return (at.partition, number), place, 1 << bit


def _number(page: bytes | bytearray) -> int:
    return int.from_bytes(page, "little")
