"""Files of events: what is a line, what number it has, and which lines were asked for."""

from collections.abc import Callable
from contextlib import closing

import pytest

from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.source.file.log import FileSource
from tests.contract.sources.reading import offsets, read_spans, read_whole, values

Opened = Callable[..., FileSource]

TEN = b"".join(b"%d\n" % number for number in range(1, 11))


def test_lines_are_counted_from_1(opened: Opened) -> None:
    source = opened(b"a\nb\nc\n")
    assert source.line_span == (1, 4)
    chunks = read_whole(source, "any")
    assert offsets(chunks) == [1, 2, 3]
    assert values(chunks) == [b"a", b"b", b"c"]


def test_blank_lines_are_counted_but_not_delivered(opened: Opened) -> None:
    source = opened(b"\n\na\n \t \n\r\nb\n\n\nc\n\n\n")
    chunks = read_whole(source, "any")
    assert offsets(chunks) == [3, 6, 9]
    assert values(chunks) == [b"a", b"b", b"c"]


def test_a_file_of_blank_lines_holds_nothing(opened: Opened) -> None:
    source = opened(b"\n \n\r\n\t\n")
    assert source.partitions(["any"]) == []
    assert source.line_span == (1, 1)


def test_lines_end_in_lf_or_crlf_and_neither_is_of_the_value(opened: Opened) -> None:
    source = opened(b"a\r\nb\n c \r\n\rd\r\r\ne\r\n")
    assert values(read_whole(source, "any")) == [b"a", b"b", b" c ", b"\rd\r", b"e"]


@pytest.mark.parametrize("last", [b"c", b"c\r", b"c\n", b"c\r\n"])
def test_the_last_line_needs_no_end(opened: Opened, last: bytes) -> None:
    source = opened(b"a\n\n" + last)
    assert values(read_whole(source, "any")) == [b"a", b"c"]
    assert source.line_span == (1, 4)


def test_an_empty_file_holds_nothing(opened: Opened) -> None:
    source = opened(b"")
    assert source.partitions(["any"]) == []
    assert source.line_span == (1, 1)
    with closing(source.read({})) as reader:
        assert reader.done


def test_a_huge_line_is_one_value(opened: Opened) -> None:
    huge = b'{"pad":"' + b"x" * 5_000_000 + b'"}'
    source = opened(b"a\n" + huge + b"\nb\n" + huge)
    assert values(read_whole(source, "any")) == [b"a", huge, b"b", huge]


def test_bytes_that_are_no_text_come_as_they_are(opened: Opened) -> None:
    lines = [b"\xff\xfe", b"\x00", b"\xef\xbb\xbf{}", bytes(range(11, 256))]
    source = opened(b"\n".join(lines))
    assert values(read_whole(source, "any")) == lines


def test_blank_lines_at_the_edge_of_a_span_are_covered(opened: Opened) -> None:
    source = opened(b"\n\na\n\n\nb\n\n\nc\n")
    (name,) = source.partitions(["any"])
    for span, expected in [((1, 3), []), ((1, 6), [3]), ((4, 9), [6]), ((5, 10), [6, 9])]:
        assert offsets(read_spans(source, {name: span})) == expected


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        (1, 11, range(1, 11)),
        (0, 100, range(1, 11)),
        (3, 7, range(3, 7)),
        (10, 11, [10]),
        (1, 2, [1]),
        (5, 5, []),
        (11, 20, []),
        (30, 40, []),
    ],
)
def test_within_limits_everything_to_some_lines(
    opened: Opened, first: int, end: int, expected: list[int]
) -> None:
    source = opened(TEN)
    source.within(first, end)
    names = source.partitions(["any"])
    assert bool(names) == bool(list(expected))
    chunks = read_spans(source, source.bounds(names), 3)
    assert offsets(chunks) == list(expected)
    assert source.line_span == (1, 11)


def test_within_can_be_widened_again(opened: Opened) -> None:
    source = opened(TEN)
    source.within(2, 4)
    source.within(1, 11)
    assert offsets(read_whole(source, "any")) == list(range(1, 11))


def test_plain_lines_belong_to_every_topic(opened: Opened) -> None:
    source = opened(TEN)
    assert source.partitions(["user"]) == source.partitions(["order", "user"])


def test_the_same_bytes_are_the_same_partition_under_any_name(opened: Opened) -> None:
    one, other = opened(TEN, "one.ndjson"), opened(TEN, "sub.other.txt")
    different = opened(TEN + b"\n", "different.ndjson")
    assert one.partitions(["any"]) == other.partitions(["any"])
    assert one.partitions(["any"])[0].startswith("file:")
    assert one.partitions(["any"]) != different.partitions(["any"])


def test_a_time_means_nothing_in_a_file(opened: Opened) -> None:
    source = opened(TEN)
    with pytest.raises(UsageError, match="@TIME"):
        source.offsets_at(source.partitions(["any"]), 0)
    assert source.topic_ids(source.partitions(["any"])) == {}


def test_a_poll_that_finds_nothing_returns_in_time(opened: Opened) -> None:
    line = b'{"topic":"t","partition":%d,"offset":%d,"payload":"x"}\n'
    source = opened(b"".join(line % (1, number) for number in range(50_000)) + line % (0, 0))
    with closing(source.read({"t/0": (0, 1)})) as reader:
        assert reader.poll(0.0, 10) == []
        assert not reader.done
        polls = 0
        while not reader.done:
            chunks = reader.poll(0.0, 10)
            polls += 1
            assert polls <= 60, "a poll without patience makes no headway"
    assert offsets(chunks) == [0]
