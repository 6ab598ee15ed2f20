"""Compressed files: told by their content, and what is done with one that is cut or damaged."""

import gzip
import random
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from io import BytesIO
from itertools import pairwise

import pytest
import zstandard

from sc_analytics_cli.errors import NotThereError
from sc_analytics_cli.event import Chunk
from sc_analytics_cli.source.file.blocks import blocks
from sc_analytics_cli.source.file.log import FileSource
from tests.contract.sources.reading import offsets, read_all, read_spans, read_whole, values

Opened = Callable[..., FileSource]

RANDOM = random.Random(7)
LINES = [b'{"n":%d,"pad":"%s"}' % (n, RANDOM.randbytes(60).hex().encode()) for n in range(9000)]
CONTENT = b"".join(line + b"\n" for line in LINES)
PACKED = {"gz": gzip.compress(CONTENT), "zst": zstandard.ZstdCompressor().compress(CONTENT)}
FAST_GZIP = partial(gzip.compress, compresslevel=1)
CHECKED = zstandard.ZstdCompressor(write_checksum=True).compress(CONTENT)


def whole_lines_before(packed: bytes) -> list[bytes]:
    """The lines that end before the cut, found without the product."""
    if packed.startswith(b"\x1f\x8b"):
        found = zlib.decompressobj(wbits=31).decompress(packed)
    else:
        found = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    return found.split(b"\n")[:-1]


def read_to_the_error(source: FileSource, limit: int = 1000) -> list[Chunk]:
    """Read until NotThereError comes; nothing but it may end the reading."""
    chunks: list[Chunk] = []
    with closing(source.read(source.bounds(source.partitions(["any"])))) as reader:
        with pytest.raises(NotThereError) as raised:
            read_all(reader, limit, into=chunks)
        assert not reader.done
        with pytest.raises(NotThereError):
            reader.poll(0.5, limit)
    assert "could not be read to its end" in raised.value.what
    assert raised.value.exit_code == 6
    return chunks


@pytest.mark.parametrize("name", ["log.ndjson", "log.gz", "log.zst", "log", "log.json.gz.txt"])
@pytest.mark.parametrize("packed", [CONTENT, *PACKED.values()], ids=["plain", *PACKED])
def test_the_content_decides_and_not_the_name(opened: Opened, packed: bytes, name: str) -> None:
    assert values(read_whole(opened(packed, name), "any", 5000)) == LINES


@pytest.mark.parametrize("limit", [1000, 100_000])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", PACKED)
def test_of_a_cut_file_exactly_the_whole_lines_come_and_then_an_error(
    opened: Opened, kind: str, share: float, limit: int
) -> None:
    packed = PACKED[kind][: int(len(PACKED[kind]) * share)]
    expected = whole_lines_before(packed)
    assert 0 < len(expected) < len(LINES)
    chunks = read_to_the_error(opened(packed), limit)
    assert [record.value for chunk in chunks for record in chunk.records] == expected
    assert offsets(chunks) == list(range(1, len(expected) + 1))


@pytest.mark.parametrize("kind", PACKED)
def test_a_file_cut_in_its_last_bytes_brings_every_line_and_an_error(
    opened: Opened, kind: str
) -> None:
    packed = PACKED[kind] if kind == "gz" else CHECKED
    for missing in (1, 2):
        chunks = read_to_the_error(opened(packed[:-missing], f"{missing}"))
        assert [record.value for chunk in chunks for record in chunk.records] == LINES


@pytest.mark.parametrize("kind", PACKED)
def test_a_file_cut_in_its_head_brings_an_error_alone(opened: Opened, kind: str) -> None:
    source = opened(PACKED[kind][:7])
    assert source.partitions(["any"]) == []
    assert source.contents.damage is not None


def test_the_part_before_the_cut_can_be_read_without_an_error(opened: Opened) -> None:
    source = opened(PACKED["gz"][:-1000])
    (name,) = source.partitions(["any"])
    assert offsets(read_spans(source, {name: (1, 101)})) == list(range(1, 101))


@pytest.mark.parametrize("packed", [PACKED["gz"], CHECKED], ids=["gz", "zst"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_nothing_is_read_of_a_file_with_a_flipped_bit(
    opened: Opened, packed: bytes, share: float
) -> None:
    damaged = bytearray(packed)
    damaged[int(len(packed) * share)] ^= 0x10
    with pytest.raises(NotThereError, match="damaged"):
        opened(bytes(damaged))


def test_nothing_is_read_where_only_the_checksum_is_wrong(opened: Opened) -> None:
    for place in (-8, -1):
        damaged = bytearray(PACKED["gz"])
        damaged[place] ^= 1
        with pytest.raises(NotThereError, match="damaged"):
            opened(bytes(damaged), f"{place}")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_several_members_are_one_file(opened: Opened, pack: Callable[[bytes], bytes]) -> None:
    cuts = [0, 1, 17, 40_000, 40_000, 700_000, len(CONTENT)]
    members = [pack(CONTENT[a:b]) for a, b in pairwise(cuts)]
    assert values(read_whole(opened(b"".join(members)), "any", 5000)) == LINES


def test_a_cut_in_a_later_member_keeps_the_earlier_ones(opened: Opened) -> None:
    first, second = b"a\nb\n", b"c\n" + CONTENT
    packed = gzip.compress(first) + gzip.compress(second)[:20]
    chunks = read_to_the_error(opened(packed))
    assert values(chunks)[:2] == [b"a", b"b"]


@pytest.mark.parametrize("count", [1, 511, 20_000, 3_000_000])
def test_zeros_behind_gzip_members_are_padding(opened: Opened, count: int) -> None:
    padding = b"\0" * count
    packed = gzip.compress(b"a\nb\n") + padding + gzip.compress(b"c\n") + padding
    assert values(read_whole(opened(packed), "any")) == [b"a", b"b", b"c"]


def test_other_bytes_behind_a_gzip_member_are_damage(opened: Opened) -> None:
    with pytest.raises(NotThereError, match="damaged"):
        opened(gzip.compress(b"a\n") + b"garbage")


@pytest.mark.parametrize("pack", [FAST_GZIP, zstandard.ZstdCompressor().compress])
def test_a_highly_packed_file_does_not_come_at_one_stroke(pack: Callable[[bytes], bytes]) -> None:
    content = (b"0" * 999 + b"\n") * 120_000
    sizes = [len(block) for block in blocks(BytesIO(pack(content)))]
    assert sum(sizes) == len(content)
    assert max(sizes) <= 64 * 1024 * 1024
