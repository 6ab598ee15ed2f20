"""The bytes of a plain, gzip or zstd file; which of them is told by its content."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

_BLOCK = 1 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class DamagedError(ValueError):
    """The file ends in the middle or its checksum fails; the text says which."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def blocks(raw: BinaryIO) -> Iterator[bytes]:
    """The unpacked content from the beginning, block by block, in bounded memory.

    Raises DamagedError after everything that could be read.
    """
    raw.seek(0)
    start = raw.read(4)
    raw.seek(0)
    if start.startswith(_GZIP):
        return _unpacked(raw, lambda: zlib.decompressobj(wbits=31), (zlib.error,))
    if start == _ZSTD:
        import zstandard

        return _unpacked(
            raw,
            lambda: zstandard.ZstdDecompressor().decompressobj(),
            (zstandard.ZstdError,),
        )
    return iter(lambda: raw.read(_BLOCK), b"")


def _unpacked(
    raw: BinaryIO, new: Callable[[], _Unpacker], failures: tuple[type[Exception], ...]
) -> Iterator[bytes]:
    """One or more compressed streams one after the other; zeros behind the last are padding."""
    unpacker: _Unpacker | None = None
    while data := raw.read(_BLOCK):
        while data:
            unpacker = unpacker or new()
            try:
                yield unpacker.decompress(data)
            except failures as error:
                raise DamagedError(f"damaged: {error}") from error
            data = b""
            if unpacker.eof:
                data, unpacker = unpacker.unused_data.lstrip(b"\0"), None
    if unpacker is not None:
        raise DamagedError("it ends in the middle of its compressed data")
