"""What every bounded source promises: Kafka, files of events, archives of Kafka records."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from sc_analytics_cli.errors import NotThereError
from sc_analytics_cli.source.port import Source
from tests.contract.sources.media import Filled, Medium
from tests.contract.sources.reading import (
    assert_cover,
    assert_sound,
    by_partition,
    read_all,
    read_spans,
    read_whole,
    records_of,
)


@pytest.fixture
def empty(medium: Medium) -> Iterator[Filled]:
    """A log without records."""
    made = medium.fill({0: [], 1: []} if medium.whole_records else {0: []})
    with closing(made.source):
        yield made


def test_partitions_of_a_filled_log(filled: Filled) -> None:
    assert sorted(filled.source.partitions([filled.topic])) == sorted(filled.expected)
    assert filled.source.partitions([]) == [] or not filled.topic.startswith("sources.")


def test_bounds_reach_from_the_first_record_to_behind_the_last(filled: Filled) -> None:
    bounds = filled.source.bounds(filled.source.partitions([filled.topic]))
    assert bounds == {
        name: (records[0].offset, records[-1].offset + 1) if records else (0, 0)
        for name, records in filled.expected.items()
    }
    assert filled.source.bounds([]) == {}


def test_an_empty_log_has_empty_bounds_and_is_read_at_once(empty: Filled) -> None:
    bounds = empty.source.bounds(empty.source.partitions([empty.topic]))
    assert all(start == end for start, end in bounds.values())
    with closing(empty.source.read(bounds)) as reader:
        assert reader.done
        assert reader.poll(0.5, 10) == []


@pytest.mark.parametrize("limit", [1, 7, 100_000])
def test_the_whole_log_comes_complete_and_in_order(filled: Filled, limit: int) -> None:
    chunks = read_whole(filled.source, filled.topic, limit)
    expected = {name: records for name, records in filled.expected.items() if records}
    assert records_of(chunks) == expected


def test_reading_again_brings_the_same(filled: Filled) -> None:
    first = records_of(read_whole(filled.source, filled.topic))
    assert records_of(read_whole(filled.source, filled.topic, 33)) == first


def test_a_part_comes_without_its_neighbours(filled: Filled) -> None:
    name = filled.partition
    first, end = filled.source.bounds([name])[name]
    parts = [
        (first, first + 1),
        (first, first + 10),
        (first + 100, first + 250),
        (first + 17, first + 18),
        (end - 1, end),
        (end - 60, end),
    ]
    for start, stop in parts:
        chunks = read_spans(filled.source, {name: (start, stop)}, 50)
        assert records_of(chunks) == {name: filled.within(name, start, stop)}


def test_empty_spans_are_done_at_once(filled: Filled) -> None:
    name = filled.partition
    first, end = filled.source.bounds([name])[name]
    for at in (first, first + 100, end):
        with closing(filled.source.read({name: (at, at)})) as reader:
            assert reader.done
            assert reader.poll(0.5, 10) == []
    with closing(filled.source.read({})) as reader:
        assert reader.done


def test_empty_and_filled_spans_of_several_partitions_at_once(filled: Filled) -> None:
    names = list(filled.expected)
    bounds = filled.source.bounds(names)
    spans = {name: (bounds[name][0], bounds[name][0]) for name in names}
    spans[filled.partition] = (bounds[filled.partition][0], bounds[filled.partition][1] - 5)
    chunks = read_spans(filled.source, spans)
    assert set(by_partition(chunks)) == {filled.partition}
    assert records_of(chunks) == {
        filled.partition: filled.within(filled.partition, *spans[filled.partition])
    }


def test_what_is_not_asked_for_does_not_come(filled: Filled) -> None:
    for name, records in filled.expected.items():
        if records:
            span = filled.source.bounds([name])[name]
            assert records_of(read_spans(filled.source, {name: span})) == {name: records}


def test_it_is_done_exactly_when_the_spans_are_covered(filled: Filled) -> None:
    name = filled.partition
    first, end = filled.source.bounds([name])[name]
    spans = {name: (first, end - 3)}
    with closing(filled.source.read(spans)) as reader:
        chunks = []
        for _ in range(1000):
            covered = bool(chunks) and chunks[-1].end == end - 3
            assert reader.done <= covered
            if reader.done:
                break
            chunks += reader.poll(0.5, 10)
        assert_cover(chunks, spans)
        assert reader.done
        assert reader.poll(0.1, 10) == []


def test_a_chunk_bears_the_name_that_people_know(filled: Filled) -> None:
    chunks = read_whole(filled.source, filled.topic)
    labels = {chunk.label for chunk in chunks}
    assert len(labels) == 1
    assert filled.topic in labels or all(".ndjson" in label for label in labels)


def test_closing_early_harms_nobody(filled: Filled) -> None:
    bounds = filled.source.bounds(list(filled.expected))
    unread = filled.source.read(bounds)
    unread.close()
    begun = filled.source.read(bounds)
    while not (chunks := begun.poll(0.5, 5)):
        assert not begun.done
    for chunk in chunks:
        assert_sound(chunk)
    begun.close()
    expected = {name: records for name, records in filled.expected.items() if records}
    assert records_of(read_whole(filled.source, filled.topic)) == expected


def test_two_readers_do_not_disturb_each_other(filled: Filled) -> None:
    name = filled.partition
    first, end = filled.source.bounds([name])[name]
    with (
        closing(filled.source.read({name: (first, end)})) as one,
        closing(filled.source.read({name: (first + 200, end)})) as other,
    ):
        ahead = [*one.poll(5.0, 3)]
        behind = read_all(other, 9)
        ahead += read_all(one, 50)
    assert records_of(ahead) == {name: filled.within(name, first, end)}
    assert records_of(behind) == {name: filled.within(name, first + 200, end)}


def test_a_span_beyond_the_bounds_is_refused(filled: Filled) -> None:
    name = filled.partition
    first, end = filled.source.bounds([name])[name]
    for span in [(first, end + 1), (end, end + 5), (end + 10, end + 20)]:
        with pytest.raises(NotThereError, match=name):
            filled.source.read({name: span})


@pytest.mark.parametrize("stranger", ["no.such.topic/0", "file:00/0", "nonsense", "/7"])
def test_a_partition_that_does_not_exist_is_not_there(filled: Filled, stranger: str) -> None:
    asked: list[Source] = [filled.source]
    for source in asked:
        with pytest.raises(NotThereError):
            source.bounds([stranger])
        with pytest.raises(NotThereError):
            source.bounds([filled.partition, stranger])
        with pytest.raises(NotThereError):
            source.read({stranger: (0, 1)})


def test_topic_ids_stay_the_same_and_are_only_of_what_was_asked(filled: Filled) -> None:
    names = filled.source.partitions([filled.topic])
    ids = filled.source.topic_ids(names)
    assert set(ids) <= set(names)
    assert filled.source.topic_ids(names) == ids
    assert filled.source.topic_ids([]) == {}


def test_nothing_is_compacted_unless_the_log_says_so(filled: Filled) -> None:
    assert filled.source.compacted(filled.source.partitions([filled.topic])) == set()
