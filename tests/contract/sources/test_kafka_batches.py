"""Batches as they are fetched: we read in them what the driver's own way reads."""

import struct
from collections.abc import Callable, Iterator
from itertools import dropwhile
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher, IsolationLevel
from kafka.errors import CorruptRecordError
from kafka.protocol.consumer import FetchResponse
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder
from kafka.record.memory_records import MemoryRecords
from kafka.record.util import calc_crc32c

from sc_analytics_cli.source.kafka import batches

OWN_WAY: Callable[..., Iterator[Any]] = Fetcher.PartitionRecords._unpack_records
BUILDER = DefaultRecordBatchBuilder
NOBODY = -1
ABORT, COMMIT = struct.pack(">hh", 0, 0), struct.pack(">hh", 0, 1)


class Batch(NamedTuple):
    """What a batch is built from; `gaps` are offsets that compaction has left out before each."""

    records: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]], int]]
    gaps: list[int]
    behind: int = 0
    codec: int = 0
    producer: int = NOBODY
    transactional: bool = False
    control: bool = False
    appended: bool = False


contents = st.one_of(st.none(), st.binary(max_size=200))
headers = st.lists(st.tuples(st.text(max_size=5), contents), max_size=2)
stamps = st.integers(0, 2**41)
sent = st.tuples(contents, contents, headers, stamps)
plain = st.builds(
    Batch,
    st.lists(sent, max_size=5),
    st.lists(st.integers(0, 70), min_size=5, max_size=5),
    behind=st.integers(0, 3),
    codec=st.sampled_from([0, 1, 2, 3, 4]),
    producer=st.just(NOBODY),
    transactional=st.just(False),
    control=st.just(False),
    appended=st.booleans(),
)
of_producers = st.builds(
    lambda batch, producer, transactional: batch._replace(
        producer=producer, transactional=transactional
    ),
    plain,
    st.integers(1, 2),
    st.booleans(),
)
ends = st.builds(
    lambda key, producer: Batch(
        [(key, b"\0" * 6, [], 1)], [0], producer=producer, transactional=True, control=True
    ),
    st.sampled_from([ABORT, COMMIT]),
    st.integers(1, 2),
)
logs = st.lists(st.one_of(plain, of_producers, ends), min_size=1, max_size=8)


ONE = Batch([(b"k", b"v", [], 1)], [0], producer=1, transactional=True)
ABORTED, COMMITTED = (
    Batch([(key, b"\0" * 6, [], 1)], [0], producer=1, transactional=True, control=True)
    for key in (ABORT, COMMIT)
)


def built(batch: Batch, base: int) -> tuple[bytes, int]:
    """The bytes of a batch that begins at `base`, and the offset behind it."""
    builder = BUILDER(2, batch.codec, batch.transactional, batch.producer, 0, 0, 1 << 30)
    at = 0
    for (key, value, named, stamp), gap in zip(batch.records, batch.gaps, strict=False):
        at += gap
        builder.append(at, stamp, key, value, named)
        at += 1
    made = builder.build()
    after = max(1, at + batch.behind)
    struct.pack_into(">q", made, 0, base)
    struct.pack_into(">i", made, BUILDER.ATTRIBUTES_OFFSET + 2, after - 1)
    made[BUILDER.ATTRIBUTES_OFFSET + 1] |= 0x20 * batch.control | 0x08 * batch.appended
    checksum = calc_crc32c(memoryview(made)[BUILDER.ATTRIBUTES_OFFSET :])
    struct.pack_into(">I", made, BUILDER.CRC_OFFSET, checksum)
    return bytes(made), base + after


def log_of(every: list[Batch]) -> tuple[bytes, list[Any]]:
    """The bytes of a partition, and what a broker tells of the transactions aborted in it."""
    data, at = b"", 0
    aborted = []
    open_since: dict[int, int] = {}
    for batch in every:
        if batch.transactional and not batch.control:
            open_since.setdefault(batch.producer, at)
        since = open_since.pop(batch.producer, None) if batch.control else None
        if since is not None and [each[0] for each in batch.records] == [ABORT]:
            aborted.append(_aborted(batch.producer, since))
        more, at = built(batch, at)
        data += more
    return data, aborted


def _aborted(producer: int, since: int) -> Any:
    kind = FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction
    return kind(producer_id=producer, first_offset=since)


def read(way: Callable[..., Iterator[Any]], data: bytes, start: int, limit: int, *more: Any) -> Any:
    """All records that come, `limit` at a time, and where reading would go on after each time."""
    fetched = Fetcher.PartitionRecords(
        start,
        TopicPartition("t", 0),
        MemoryRecords(b""),
        isolation_level=more[1],
        aborted_transactions=more[0],
    )
    found, went_on = [], []
    unpacked = way(fetched, fetched.topic_partition, MemoryRecords(data), None, None)
    fetched.record_iterator = dropwhile(fetched._maybe_skip_record, unpacked)
    while fetched:
        taken = fetched.take(limit)
        found += [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in taken]
        went_on.append(len(taken) and fetched.next_fetch_offset)
    told = fetched.next_fetch_offset, fetched.leader_epoch, not found or fetched.bytes_read > 0
    return found, *told, [at for at in went_on if at]


@given(logs, st.integers(0, 60), st.integers(1, 7), st.sampled_from(IsolationLevel))
@example([ONE, ABORTED, ONE, COMMITTED, ONE, ABORTED], 0, 7, IsolationLevel.READ_COMMITTED)
def test_we_read_what_the_driver_reads(
    every: list[Batch], start: int, limit: int, isolation: IsolationLevel
) -> None:
    """Keys, values, headers, times, offsets and positions, of every codec and transaction."""
    data, aborted = log_of(every)
    ours = read(batches._unpack_records, data, start, limit, aborted, isolation)
    assert ours == read(OWN_WAY, data, start, limit, aborted, isolation)


@pytest.mark.parametrize("transactional", [True, False])
def test_a_mark_that_compaction_has_removed_is_passed_over(transactional: bool) -> None:
    """The driver's own way never gets past a batch of control records that is empty."""
    empty = Batch([], [], producer=1, transactional=transactional, control=True)
    data, _ = log_of([ONE, empty, ONE])
    found, at, *_ = read(batches._unpack_records, data, 0, 10, [], IsolationLevel.READ_COMMITTED)
    assert [each[0] for each in found] == [0, 2]
    assert at == 3


@given(logs, st.integers(0, 1000))
def test_the_end_of_a_fetch_may_be_cut_off_anywhere(every: list[Batch], cut: int) -> None:
    data, aborted = log_of(every)
    part = data[: max(0, len(data) - cut)]
    ours = read(batches._unpack_records, part, 0, 3, aborted, IsolationLevel.READ_COMMITTED)
    assert ours == read(OWN_WAY, part, 0, 3, aborted, IsolationLevel.READ_COMMITTED)


@pytest.mark.parametrize("magic", [0, 1])
def test_batches_of_the_oldest_formats(magic: int) -> None:
    builder = LegacyRecordBatchBuilder(magic, 0, 1 << 20)
    for offset in range(3):
        builder.append(offset, 1000 + offset, b"k", b"v%d" % offset)
    data = bytes(builder.build())
    ours = read(batches._unpack_records, data, 1, 10, [], IsolationLevel.READ_COMMITTED)
    assert ours == read(OWN_WAY, data, 1, 10, [], IsolationLevel.READ_COMMITTED)
    assert [each[0] for each in ours[0]] == [1, 2]


@given(st.integers(61, 400), st.integers(1, 255))
def test_a_batch_damaged_on_its_way_is_refused(place: int, change: int) -> None:
    data, _ = built(Batch([(b"k" * 20, b"v" * 300, [], 5)], [0]), 0)
    at = place % len(data)
    damaged = data[:at] + bytes((data[at] ^ change,)) + data[at + 1 :]
    if at < BUILDER.ATTRIBUTES_OFFSET:
        return
    with pytest.raises(CorruptRecordError, match="t/0:0"):
        read(batches._unpack_records, damaged, 0, 10, [], IsolationLevel.READ_COMMITTED)


@pytest.mark.parametrize("codec", [1, 2, 3, 4])
def test_what_cannot_be_decompressed_is_refused(codec: int) -> None:
    data, _ = built(Batch([(b"k" * 20, b"v" * 300, [], 5)] * 20, [0] * 20, codec=codec), 0)
    with pytest.raises(CorruptRecordError, match=r"t/0:0: .*decompressed"):
        read(
            batches._unpack_records,
            checked(data[:61] + b"\xff" * (len(data) - 61)),
            0,
            10,
            [],
            IsolationLevel.READ_COMMITTED,
        )


def test_a_length_without_an_end_is_refused() -> None:
    data, _ = built(Batch([(b"k" * 20, b"v" * 300, [], 5)], [0]), 0)
    with pytest.raises(CorruptRecordError, match=r"t/0:0: .*taken apart"):
        read(
            batches._unpack_records,
            checked(data[:61] + b"\xff" * 12 + data[73:]),
            0,
            10,
            [],
            IsolationLevel.READ_COMMITTED,
        )


def checked(data: bytes) -> bytes:
    """A batch with the checksum that it should have."""
    checksum = calc_crc32c(data[BUILDER.ATTRIBUTES_OFFSET :])
    return data[: BUILDER.CRC_OFFSET] + struct.pack(">I", checksum) + data[BUILDER.CRC_OFFSET + 4 :]


@given(st.integers(61, 400), st.integers(1, 255))
def test_damage_that_has_the_right_checksum_is_refused_or_read(place: int, change: int) -> None:
    """Never is anything else raised, and never is more read than is there."""
    data, _ = built(Batch([(b"k" * 20, b"v" * 300, [("h", b"x")], 5)] * 3, [0] * 3), 0)
    damaged = bytearray(data)
    damaged[61 + place % (len(data) - 61)] ^= change
    sound = checked(bytes(damaged))
    try:
        found, *_ = read(batches._unpack_records, sound, 0, 10, [], IsolationLevel.READ_COMMITTED)
    except CorruptRecordError:
        return
    assert sum(len(key or b"") + len(value or b"") for _, _, key, value, _ in found) < len(data)
