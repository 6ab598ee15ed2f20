"""Records of a topic: whatever the codec, the size and the bytes, they come as they were sent."""

import pytest

from sc_analytics_cli.errors import NotThereError
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import delete_head, fill, new_topic, producer
from tests.contract.sources.reading import offsets, read_all, read_whole, values

pytestmark = pytest.mark.servers

CODECS = [None, "gzip", "lz4", "snappy", "zstd"]


def batch(name: str, count: int = 300) -> list[bytes | None]:
    """Values that tell which codec they were sent with."""
    return [b'{"codec":"%s","n":%d}' % (name.encode(), number) for number in range(count)]


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_is_installed(source: KafkaSource, servers: str, codec: str | None) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *batch(str(codec)), compression_type=codec, linger_ms=50)
    assert values(read_whole(source, topic)) == batch(str(codec))


def test_batches_of_every_codec_in_one_partition(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    for codec in [*CODECS, *reversed(CODECS)]:
        fill(servers, topic, *batch(str(codec), 50), compression_type=codec, linger_ms=50)
    expected = [each for codec in [*CODECS, *reversed(CODECS)] for each in batch(str(codec), 50)]
    assert values(read_whole(source, topic, 70)) == expected


@pytest.mark.parametrize("codec", CODECS)
def test_a_span_may_begin_and_end_within_a_batch(
    source: KafkaSource, servers: str, codec: str | None
) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *batch(str(codec), 100), compression_type=codec, linger_ms=50)
    reader = source.read({f"{topic}/0": (13, 58)})
    assert offsets(read_all(reader, 10)) == list(range(13, 58))
    reader.close()


def test_any_bytes_are_a_value(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    sent = [b"", b"\x00", bytes(range(256)), b"\xff\xfe\xfd", b"\xf0\x9f"]
    fill(servers, topic, *sent)
    assert values(read_whole(source, topic)) == sent


def test_a_record_may_be_larger_than_a_fetch(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers, 2, **{"max.message.bytes": str(16 * 1024 * 1024)})
    large = b"x" * 9_000_000
    for partition in (0, 1):
        fill(servers, topic, b"before", large, b"after", partition=partition)
    chunks = read_whole(source, topic)
    for partition in (0, 1):
        own = [chunk for chunk in chunks if chunk.partition == f"{topic}/{partition}"]
        assert values(own) == [b"before", large, b"after"]


def test_bounds_begin_behind_a_deleted_head(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *batch("none", 100))
    delete_head(servers, topic, 37)
    assert source.bounds([f"{topic}/0"]) == {f"{topic}/0": (37, 100)}
    assert offsets(read_whole(source, topic)) == list(range(37, 100))
    with pytest.raises(NotThereError, match="37 to 100"):
        source.read({f"{topic}/0": (36, 100)})


def test_a_partition_whose_records_are_all_deleted_is_empty(
    source: KafkaSource, servers: str
) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *batch("none", 10))
    delete_head(servers, topic, 10)
    assert source.bounds([f"{topic}/0"]) == {f"{topic}/0": (10, 10)}
    assert read_whole(source, topic) == []


def test_a_head_deleted_before_it_is_read_is_not_there(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *batch("none", 100))
    reader = source.read({f"{topic}/0": (0, 100)})
    delete_head(servers, topic, 50)
    with pytest.raises(NotThereError, match="no longer holds"):
        read_all(reader)
    reader.close()


def test_a_head_deleted_under_a_reader_is_not_there_and_nothing_is_jumped_over(
    source: KafkaSource, servers: str
) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *[b"x" * 200_000] * 150)
    reader = source.read({f"{topic}/0": (0, 150)})
    chunks = reader.poll(5.0, 3)
    delete_head(servers, topic, 140)
    with pytest.raises(NotThereError, match="no longer holds"):
        read_all(reader, 3, into=chunks)
    reader.close()
    assert offsets(chunks) == list(range(len(offsets(chunks))))
    assert 3 <= len(offsets(chunks)) < 140


def test_first_timestamps_are_those_of_each_span(source: KafkaSource, servers: str) -> None:
    """Of many partitions at once, where one record is larger than what is fetched of each."""
    topic = new_topic(servers, 3)
    for partition in (0, 1):
        fill(servers, topic, b"a", b"x" * 500_000, b"c", partition=partition)
    names = [f"{topic}/{number}" for number in range(3)]
    stamps = {
        chunk.partition: [record.timestamp for record in chunk.records]
        for chunk in read_whole(source, topic)
    }
    found = source.first_timestamps({names[0]: (1, 3), names[1]: (2, 3), names[2]: (0, 0)})
    assert found == {names[0]: stamps[names[0]][1], names[1]: stamps[names[1]][2]}
    assert source.first_timestamps({names[0]: (0, 3)}) == {names[0]: stamps[names[0]][0]}
    assert source.first_timestamps({}) == {}


class Raw(str):
    """A header name whose bytes are no UTF-8."""

    def encode(self, *_: object) -> bytes:
        return b"n\xff\xfe"


@pytest.mark.parametrize("codec", [None, "gzip"])
def test_a_header_may_have_any_bytes_for_a_name(
    source: KafkaSource, servers: str, codec: str | None
) -> None:
    """The record is read, value, key and other headers exact, and so are its neighbours.

    Of the name, it shows that it could not be read.
    """
    topic = new_topic(servers)
    with producer(servers, compression_type=codec, linger_ms=200) as client:
        for number in range(3):
            headers = [("good", b"\xff\xfe"), (Raw("bad"), b"\xff"), ("é", b"")]
            sent = headers if number == 1 else []
            client.send(topic, b"%d n\xff\xfe" % number, b"key", headers=sent, partition=0)
        client.flush(60)
    records = [record for chunk in read_whole(source, topic) for record in chunk.records]
    assert [(each.value, each.key) for each in records] == [
        (b"%d n\xff\xfe" % number, b"key") for number in range(3)
    ]
    first, (name, value), last = records[1].headers
    assert [first, last] == [("good", b"\xff\xfe"), ("é", b"")]
    assert (name in ("n??", "?"), value) == (True, b"\xff")
