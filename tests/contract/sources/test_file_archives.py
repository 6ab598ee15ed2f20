"""Archives of Kafka records, as `kcat -J` prints them: the records keep their coordinates."""

import json
from collections.abc import Callable, Iterable
from random import Random

import pytest

from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.source.file.log import FileSource
from tests.contract.sources.media import kcat
from tests.contract.sources.reading import (
    Plain,
    assert_sound,
    by_partition,
    offsets,
    plain,
    read_all,
    read_spans,
    read_whole,
    records_of,
    shapes,
)

Opened = Callable[..., FileSource]


def line(offset: int, value: str = "v", *, topic: str = "t", partition: int = 0) -> bytes:
    """One archived record with a line end."""
    return kcat(topic, partition, LogRecord(offset, f"{value}{offset}".encode())) + b"\n"


def lines(numbers: Iterable[int], value: str = "v") -> bytes:
    """Archived records of partition t/0."""
    return b"".join(line(number, value) for number in numbers)


def test_every_part_of_a_record_is_kept(opened: Opened) -> None:
    records = [
        LogRecord(5, b"value", b"key", 1_790_000_000_123, [("a", b"1"), ("b", None), ("a", b"")]),
        LogRecord(6, None, b"key", 1_790_000_000_124),
        LogRecord(7, 'é😀\u2028\n\t"\\'.encode(), None, 0),
        LogRecord(9, b"", b"", None),
    ]
    source = opened(b"\n".join(kcat("t", 3, record) for record in records))
    assert records_of(read_whole(source, "t")) == {"t/3": [plain(record) for record in records]}


def test_fields_that_are_missing_or_odd_are_read_as_far_as_possible(opened: Opened) -> None:
    found = [
        {"topic": "t", "partition": 0, "offset": 0},
        {"topic": "t", "partition": 0, "offset": 1, "payload": {"a": [1]}, "key": 7, "ts": "x"},
        {"topic": "t", "partition": 0, "offset": 2, "headers": ["odd"], "ts": True},
        {"topic": "t", "partition": 0, "offset": 3, "headers": {"no": "list"}, "ts": -1},
    ]
    source = opened("\n".join(map(json.dumps, found)).encode())
    assert records_of(read_whole(source, "t")) == {
        "t/0": [
            Plain(0, None),
            Plain(1, b'{"a":[1]}', b"7"),
            Plain(2, None),
            Plain(3, None, None, -1),
        ]
    }


def test_other_topics_stay_out(opened: Opened) -> None:
    source = opened(line(0, topic="a") + line(0, topic="b") + line(1, topic="a"))
    assert source.partitions(["a"]) == ["a/0"]
    assert sorted(source.partitions(["a", "b"])) == ["a/0", "b/0"]
    assert source.partitions(["c"]) == []
    assert offsets(read_whole(source, "a")) == [0, 1]


def test_archived_records_and_plain_lines_in_one_file(opened: Opened) -> None:
    source = opened(b'{"x":1}\n' + line(40) + b"\n" + line(41) + b'{"x":2}\n' + line(44))
    archived, own = source.partitions(["t"])
    assert source.partitions(["other"]) == [own]
    assert source.bounds([archived, own]) == {"t/0": (40, 45), own: (1, 7)}
    chunks = read_whole(source, "t")
    assert records_of(chunks) == {
        own: [Plain(1, b'{"x":1}'), Plain(5, b'{"x":2}')],
        "t/0": [Plain(40, b"v40"), Plain(41, b"v41"), Plain(44, b"v44")],
    }
    assert {chunk.label for chunk in by_partition(chunks)["t/0"]} == {"t"}
    assert {chunk.label for chunk in by_partition(chunks)[own]} == {source.name}


def test_within_counts_the_lines_of_an_archive(opened: Opened) -> None:
    source = opened(b"plain\n" + lines(range(10)))
    source.within(4, 8)
    assert source.partitions(["t"]) == ["t/0"]
    assert source.bounds(["t/0"]) == {"t/0": (2, 6)}
    assert offsets(read_whole(source, "t")) == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "broken",
    [
        b'{"topic":"t","partition":0,"offset":1,"payload":"cut',
        b'{"topic":"t","partition":0,"offset":"1"}',
        b'{"topic":"t","partition":0,"offset":-1}',
        b'{"topic":"t","partition":-1,"offset":1}',
        b'{"topic":"t","partition":0,"offset":1.0}',
        b'{"topic":"t","partition":true,"offset":1}',
        b'{"topic":"t","partition":0,"offset":false}',
        b'{"topic":"t","partition":0,"offset":9223372036854775807}',
        b'{"topic":"t","partition":0,"offset":18446744073709551615}',
        b'{"topic":"t","partition":0,"offset":18446744073709551616}',
        b'{"topic":"t","partition":2147483648,"offset":0}',
        b'{"topic":null,"partition":0,"offset":1}',
        b'{"topic":"","partition":0,"offset":1}',
        b'{"topic":"t","partition":0,"offset":1,"payload":"\xff"}',
        b'{"topic":"t","partition":0,"offset":1,"payload":"\\ud800"}',
        b'[{"topic":"t","partition":0,"offset":1}]',
        b'{"topic":"t","partition":0,"offset":1,"event_type":"order.created"}',
        b'{"topic":"t","partition":0,"offset":1,"type":"order.created"}',
        b"[" * 5000 + b'"topic","partition","offset"',
    ],
)
def test_what_is_no_archived_record_stands_at_its_own_line(opened: Opened, broken: bytes) -> None:
    source = opened(line(0) + broken + b"\n" + line(2))
    archived, own = source.partitions(["t"])
    assert records_of(read_whole(source, "t")) == {
        archived: [Plain(0, b"v0"), Plain(2, b"v2")],
        own: [Plain(2, broken)],
    }


def test_offsets_that_the_archive_leaves_out_are_covered(opened: Opened) -> None:
    source = opened(lines([3, 4, 7, 8, 20]))
    chunks = read_whole(source, "t", 2)
    assert offsets(chunks) == [3, 4, 7, 8, 20]
    for span, expected in [((4, 9), [4, 7, 8]), ((5, 7), []), ((5, 20), [7, 8]), ((9, 21), [20])]:
        assert offsets(read_spans(source, {"t/0": span})) == expected


def assert_all_stored(source: FileSource, numbers: list[int], limit: int) -> None:
    """Every record comes in the file's order; no chunk stands for an offset that comes later."""
    span = source.bounds(["t/0"])["t/0"]
    assert span == (min(numbers), max(numbers) + 1)
    reader = source.read({"t/0": span})
    chunks = read_all(reader, limit)
    assert offsets(chunks) == numbers
    covered: set[int] = set()
    for chunk in chunks:
        assert_sound(chunk)
        brought = {record.offset for record in chunk.records}
        ahead = set(range(chunk.start, chunk.end)) - brought - covered
        assert not ahead & set(numbers), shapes(chunks)
        covered |= set(range(chunk.start, chunk.end))
    assert covered == set(range(*span)), shapes(chunks)


@pytest.mark.parametrize("limit", [1, 4, 1000])
@pytest.mark.parametrize(
    "numbers",
    [
        [*range(10), *range(10)],
        [*range(10), *range(5, 15)],
        [*range(10, 20), *range(10)],
        [*range(20, 30), *range(10, 20), *range(10)],
        [0, 1, 2, 7, 8, 3, 4, 6],
        [0, 2, 4, 6, 8, 1, 3, 5, 7],
        [5, 4, 3, 2, 1, 0],
        [100, 102, 0, 2, 4, 50, 60, 101],
        [5, 5, 5, 6, 6],
        [0, 3, 6, 0, 3, 6, 9],
    ],
    ids=str,
)
def test_archives_put_one_behind_the_other_lose_nothing(
    opened: Opened, numbers: list[int], limit: int
) -> None:
    assert_all_stored(opened(lines(numbers)), numbers, limit)


def test_archives_in_any_disorder_lose_nothing(opened: Opened) -> None:
    random = Random(11)
    for turn in range(40):
        numbers = [random.randrange(60) for _ in range(random.randrange(1, 80))]
        assert_all_stored(opened(lines(numbers), f"{turn}"), numbers, random.randrange(1, 9))


def test_a_part_of_archives_put_one_behind_the_other(opened: Opened) -> None:
    source = opened(lines(range(10, 20)) + lines(range(12)))
    reader = source.read({"t/0": (8, 12)})
    chunks = read_all(reader, 3)
    assert offsets(chunks) == [10, 11, 8, 9, 10, 11]
    assert {at for chunk in chunks for at in range(chunk.start, chunk.end)} == {8, 9, 10, 11}


def test_an_archive_with_a_gap_at_every_record_is_few_chunks(opened: Opened) -> None:
    """Records of small transactions, put into the file twice, do not become a chunk each."""
    numbers = list(range(0, 20_000, 2))
    source = opened(lines(numbers) + lines(numbers))
    chunks = read_all(source.read({"t/0": (0, 19_999)}), 1000)
    assert offsets(chunks) == numbers + numbers
    assert len(chunks) <= 25


def test_the_same_archive_under_another_name_has_the_same_coordinates(opened: Opened) -> None:
    content = lines(range(5)) + b"broken\n"
    one, other = opened(content, "one"), opened(content, "other")
    assert one.partitions(["t"]) == other.partitions(["t"])
