"""Topics: missing, misspelt, grown, deleted and created again; and offsets by time."""

from collections.abc import Callable

import pytest

from sc_analytics_cli.errors import NotThereError
from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import (
    add_partitions,
    create_topic,
    delete_topic,
    fill,
    new_topic,
    put,
)
from tests.contract.sources.reading import offsets, read_all, read_whole

pytestmark = pytest.mark.servers


def test_a_missing_topic_is_not_there_and_a_similar_one_is_named(
    source: KafkaSource, servers: str
) -> None:
    topic = new_topic(servers)
    misspelt = topic[:-1]
    verbs: list[Callable[[], object]] = [
        lambda: source.partitions([topic, misspelt]),
        lambda: source.bounds([f"{misspelt}/0"]),
        lambda: source.offsets_at([f"{misspelt}/0"], 0),
        lambda: source.topic_ids([f"{misspelt}/0"]),
        lambda: source.read({f"{misspelt}/0": (0, 1)}),
        lambda: source.follow(misspelt, "group"),
    ]
    for verb in verbs:
        with pytest.raises(NotThereError, match=misspelt) as raised:
            verb()
        assert raised.value.cause == f"perhaps {topic} is meant"
        assert raised.value.exit_code == 6


@pytest.mark.parametrize("name", ["no such topic!", "a" * 250, "", "..", "é"])
def test_a_name_that_no_topic_can_have_is_not_there(source: KafkaSource, name: str) -> None:
    with pytest.raises(NotThereError):
        source.partitions([name])


def test_asking_creates_no_topic(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers) + ".other"
    for _ in range(2):
        with pytest.raises(NotThereError):
            source.partitions([topic])


def test_a_missing_partition_is_not_there_and_those_there_are_are_named(
    source: KafkaSource, servers: str
) -> None:
    topic = new_topic(servers, 3)
    with pytest.raises(NotThereError, match=f"{topic} has no partition 3") as raised:
        source.bounds([f"{topic}/0", f"{topic}/3"])
    assert raised.value.cause == "its partitions are 0 to 2"


def test_partitions_come_in_the_order_of_their_numbers(source: KafkaSource, servers: str) -> None:
    one, other = new_topic(servers, 11), new_topic(servers, 1)
    names = [f"{one}/{number}" for number in range(11)]
    assert source.partitions([one, other]) == [*names, f"{other}/0"]
    assert source.partitions([other, one]) == [f"{other}/0", *names]


def test_new_partitions_are_seen_at_once(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    assert source.partitions([topic]) == [f"{topic}/0"]
    add_partitions(servers, topic, 3)
    assert source.partitions([topic]) == [f"{topic}/{number}" for number in range(3)]
    fill(servers, topic, b"new", partition=2)
    assert source.bounds([f"{topic}/2"]) == {f"{topic}/2": (0, 1)}
    assert offsets(read_whole(source, topic)) == [0]


def test_a_deleted_topic_is_not_there(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    assert source.partitions([topic])
    delete_topic(servers, topic)
    with pytest.raises(NotThereError):
        source.partitions([topic])
    with pytest.raises(NotThereError):
        source.bounds([f"{topic}/0"])


def test_a_topic_deleted_under_a_reader_is_not_there(hasty: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *[b"x" * 200_000] * 100)
    reader = hasty.read({f"{topic}/0": (0, 100)})
    chunks = reader.poll(5.0, 3)
    delete_topic(servers, topic)
    with pytest.raises(NotThereError, match=topic):
        read_all(reader, 3, into=chunks)
    reader.close()
    assert offsets(chunks) == list(range(len(offsets(chunks))))


def test_the_id_of_a_topic_changes_when_it_is_created_again(
    source: KafkaSource, servers: str
) -> None:
    topic, other = new_topic(servers, 2), new_topic(servers)
    names = source.partitions([topic, other])
    before = source.topic_ids(names)
    assert set(before) == set(names)
    assert before[f"{topic}/0"] == before[f"{topic}/1"] != before[f"{other}/0"]
    assert source.topic_ids(names) == before
    add_partitions(servers, topic, 3)
    assert source.topic_ids([f"{topic}/2"])[f"{topic}/2"] == before[f"{topic}/0"]
    delete_topic(servers, topic)
    create_topic(servers, topic, 2)
    after = source.topic_ids(names)
    assert after[f"{topic}/0"] != before[f"{topic}/0"]
    assert after[f"{other}/0"] == before[f"{other}/0"]


def test_partitions_of_compacted_topics(source: KafkaSource, servers: str) -> None:
    plain, compacted = new_topic(servers, 2), new_topic(servers, 2, **{"cleanup.policy": "compact"})
    both = new_topic(servers, **{"cleanup.policy": "compact,delete"})
    names = source.partitions([plain, compacted, both])
    assert source.compacted(names) == {f"{compacted}/0", f"{compacted}/1", f"{both}/0"}
    assert source.compacted([f"{compacted}/1"]) == {f"{compacted}/1"}
    assert source.compacted([]) == set()


def test_offsets_at_a_time(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers, 2)
    times = [1_000_000, 2_000_000, 2_000_000, 3_000_000, 2_500_000, 4_000_000]
    put(servers, topic, {0: [LogRecord(0, b"x", timestamp=each) for each in times]})
    name, empty = f"{topic}/0", f"{topic}/1"
    for milliseconds, expected in [
        (-5, 0),
        (0, 0),
        (1_000_000, 0),
        (1_000_001, 1),
        (2_000_000, 1),
        (2_000_001, 3),
        (3_000_000, 3),
        (3_000_001, 5),
        (4_000_000, 5),
        (4_000_001, 6),
        (9_999_999_999_999, 6),
    ]:
        assert source.offsets_at([name, empty], milliseconds) == {name: expected, empty: 0}
    assert source.offsets_at([], 0) == {}


def test_questions_do_not_change_what_they_are_given(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers, 2)
    names = tuple(source.partitions(iter([topic])))
    assert source.bounds(iter(names)) == source.bounds(names)
    assert source.offsets_at(iter(names), 0) == source.offsets_at(names, 0)
    assert source.topic_ids(iter(names)) == source.topic_ids(names)
