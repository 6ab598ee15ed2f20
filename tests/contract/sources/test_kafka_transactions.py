"""Transactions: what was committed comes, what was aborted does not, and the end is reached."""

import pytest

from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import fill, new_topic, producer, send, transactional
from tests.contract.sources.reading import offsets, read_spans, read_whole, values

pytestmark = pytest.mark.servers


def write(servers: str, topic: str, *transactions: tuple[int, bool], size: int = 2) -> None:
    """Write one transaction of `size` records for each (number, whether it is committed)."""
    with transactional(servers) as client:
        for number, committed in transactions:
            client.begin_transaction()
            send(client, topic, *[b"%d.%d" % (number, each) for each in range(size)])
            if committed:
                client.commit_transaction()
            else:
                client.abort_transaction()


def test_committed_records_come_and_aborted_ones_do_not(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    write(servers, topic, (1, True), (2, False), (3, True), (4, False))
    fill(servers, topic, b"plain")
    write(servers, topic, (5, False), (6, True))
    expected = [b"1.0", b"1.1", b"3.0", b"3.1", b"plain", b"6.0", b"6.1"]
    for limit in (1, 2, 1000):
        assert values(read_whole(source, topic, limit)) == expected


@pytest.mark.parametrize("committed", [True, False])
def test_an_end_that_is_a_transaction_marker_is_reached(
    source: KafkaSource, servers: str, committed: bool
) -> None:
    topic = new_topic(servers)
    write(servers, topic, (1, True), (2, committed))
    name = f"{topic}/0"
    assert source.bounds([name]) == {name: (0, 6)}
    chunks = read_whole(source, topic)
    assert offsets(chunks) == ([0, 1, 3, 4] if committed else [0, 1])
    assert chunks[-1].end == 6


def test_spans_that_hold_nothing_to_deliver_are_done(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    write(servers, topic, (1, False), (2, True), (3, False), size=1)
    name = f"{topic}/0"
    for start, end, expected in [(0, 2, []), (1, 2, []), (3, 4, []), (3, 6, []), (0, 5, [2])]:
        assert offsets(read_spans(source, {name: (start, end)})) == expected


def test_a_partition_of_aborted_records_alone_beside_a_filled_one(
    source: KafkaSource, servers: str
) -> None:
    topic = new_topic(servers, 2)
    write(servers, topic, *[(number, False) for number in range(5)], size=20)
    fill(servers, topic, *[b"x"] * 500, partition=1)
    chunks = read_whole(source, topic, 50)
    assert len(values(chunks)) == 500


def test_the_end_lies_before_an_open_transaction(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, b"before")
    name = f"{topic}/0"
    with transactional(servers) as client:
        client.begin_transaction()
        send(client, topic, b"open")
        fill(servers, topic, b"behind")
        assert source.bounds([name]) == {name: (0, 1)}
        assert source.offsets_at([name], 0) == {name: 0}
        assert values(read_whole(source, topic)) == [b"before"]
        client.commit_transaction()
    assert source.bounds([name])[name][1] >= 4
    assert values(read_whole(source, topic)) == [b"before", b"open", b"behind"]


def test_interleaved_transactions_are_told_apart(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    with (
        transactional(servers) as good,
        transactional(servers) as bad,
        producer(servers) as plain,
    ):
        for turn in range(3):
            good.begin_transaction()
            bad.begin_transaction()
            for number in range(3):
                send(good, topic, b"good %d.%d" % (turn, number))
                send(bad, topic, b"bad %d.%d" % (turn, number))
                send(plain, topic, b"plain %d.%d" % (turn, number))
            if turn % 2:
                good.commit_transaction()
                bad.abort_transaction()
            else:
                bad.abort_transaction()
                good.commit_transaction()
    found = values(read_whole(source, topic, 4))
    assert found == [
        b"%s %d.%d" % (kind, turn, number)
        for turn in range(3)
        for number in range(3)
        for kind in (b"good", b"plain")
    ]


def test_a_span_without_a_record_has_no_first_timestamp(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    write(servers, topic, (1, False), (2, True), (3, False), size=1)
    name = f"{topic}/0"
    (end,) = (span[1] for span in source.bounds([name]).values())
    assert source.first_timestamps({name: (end - 2, end)}) == {}
    assert source.first_timestamps({name: (0, end)}).keys() == {name}
