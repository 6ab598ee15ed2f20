"""The bytes of a plain, gzip or zstd file; which of them is told by its content."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

_BLOCK = 1 << 20
_PACKED_BLOCK = 1 << 12  # what it unpacks to may be thousands of times as much
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class DamagedError(ValueError):
    """The content is not what was written: nothing of the file can be trusted."""


class CutError(ValueError):
    """The file ends in the middle; what was read of it before is sound."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def blocks(raw: BinaryIO) -> Iterator[bytes]:
    """The unpacked content from the beginning, block by block, in bounded memory.

    Several may go on side by side. Raises CutError after everything that could
    be read, DamagedError where the content or its checksum is wrong.
    """
    start = next(_pieces(raw, 4), b"")
    if start.startswith(_GZIP):
        return _unpacked(raw, lambda: zlib.decompressobj(wbits=31), (zlib.error,))
    if start == _ZSTD:
        import zstandard

        return _unpacked(
            raw,
            lambda: zstandard.ZstdDecompressor().decompressobj(),
            (zstandard.ZstdError,),
        )
    return _pieces(raw, _BLOCK)


def _pieces(raw: BinaryIO, size: int) -> Iterator[bytes]:
    """The bytes as they stand, wherever others have left the file's position meanwhile."""
    at = 0
    while True:
        raw.seek(at)
        piece = raw.read(size)
        if not piece:
            return
        at += len(piece)
        yield piece


def _unpacked(
    raw: BinaryIO, new: Callable[[], _Unpacker], failures: tuple[type[Exception], ...]
) -> Iterator[bytes]:
    """One or more compressed streams one after the other; zeros behind one are padding."""
    unpacker: _Unpacker | None = None
    for piece in _pieces(raw, _PACKED_BLOCK):
        data = piece
        while data := data if unpacker else data.lstrip(b"\0"):
            unpacker = unpacker or new()
            try:
                yield unpacker.decompress(data)
            except failures as error:
                raise DamagedError(f"damaged: {error}") from error
            data = b""
            if unpacker.eof:
                data, unpacker = unpacker.unused_data, None
    if unpacker is not None:
        raise CutError("it ends in the middle of its compressed data")
