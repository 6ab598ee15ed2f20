"""One follower alone: the caller says where a partition begins; the group, whose it is."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from sc_analytics_cli.errors import NotThereError
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import (
    committed,
    create_topic,
    delete_head,
    delete_topic,
    fill,
    new_topic,
    send,
    transactional,
)
from tests.contract.sources.following import Checkpoint, Member, new_group
from tests.contract.sources.reading import HASTE, assert_cover, shapes

pytestmark = pytest.mark.servers

Join = Callable[..., Member]


@pytest.fixture
def join(source: KafkaSource) -> Iterator[Join]:
    """Joins a group as a member, which leaves at the end."""
    members: list[Member] = []

    def joined(topic: str, group: str, checkpoint: Checkpoint | None = None) -> Member:
        members.append(Member(source.follow(topic, group), checkpoint))
        return members[-1]

    yield joined
    for member in members:
        member.close()


def numbered(first: int, end: int) -> list[bytes]:
    return [b"%d" % number for number in range(first, end)]


def test_nothing_comes_before_a_seek(join: Join, servers: str) -> None:
    topic = new_topic(servers, 2)
    fill(servers, topic, *numbered(0, 50))
    follower = join(topic, new_group()).follower
    deadline = time.monotonic() + 20
    while not (taken := follower.taken()):
        assert time.monotonic() < deadline
        assert follower.poll(0.1, 100) == []
    assert taken == follower.held() == {f"{topic}/0", f"{topic}/1"}
    assert follower.taken() == set()
    for _ in range(10):
        assert follower.poll(0.1, 100) == []
    assert follower.taken() == set()
    follower.seek({f"{topic}/1": 0})
    for _ in range(5):
        assert follower.poll(0.1, 100) == [], "the other partition still waits"


def test_records_come_from_the_start_that_the_caller_gave(join: Join, servers: str) -> None:
    topic = new_topic(servers, 2)
    for partition in (0, 1):
        fill(servers, topic, *numbered(0, 50), partition=partition)
    member = join(topic, new_group(), Checkpoint({f"{topic}/0": 20, f"{topic}/1": 45}))
    member.until_records(35)
    member.step(0.5)
    assert len(member.records) == 35
    assert_cover(member.chunks, {f"{topic}/0": (20, 50), f"{topic}/1": (45, 50)})
    assert {chunk.label for chunk in member.chunks} == {topic}


def test_what_is_sent_later_comes_too_and_the_limit_holds(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    member = join(topic, new_group())
    member.until(member.held)
    fill(servers, topic, *numbered(0, 1000))
    member.until_records(1000)
    assert [record.value for record in member.records] == numbered(0, 1000)
    assert max(len(chunk.records) for chunk in member.chunks) <= 500


def test_the_start_of_the_caller_beats_the_committed_offset(join: Join, servers: str) -> None:
    topic, group = new_topic(servers), new_group()
    fill(servers, topic, *numbered(0, 50))
    first = join(topic, group)
    first.until_records(50)
    first.commit()
    first.close()
    assert committed(servers, group) == {f"{topic}/0": 50}
    second = join(topic, group, Checkpoint({f"{topic}/0": 10}))
    second.until_records(40)
    assert [record.offset for record in second.records] == list(range(10, 50))


def test_a_caller_may_begin_again_at_any_time(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *numbered(0, 50))
    member = join(topic, new_group())
    member.until_records(50)
    member.follower.seek({f"{topic}/0": 30})
    member.until_records(70)
    assert [record.offset for record in member.records[50:]] == list(range(30, 50))


def test_a_seek_of_what_is_not_held_is_passed_over(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *numbered(0, 5))
    member = join(topic, new_group())
    member.follower.seek({f"{topic}/0": 0})
    member.until(member.held)
    member.follower.seek({f"{topic}/7": 0, "other/0": 3})
    member.until_records(5)


def test_commits_are_seen_by_lag_tools(join: Join, servers: str) -> None:
    topic, group = new_topic(servers, 2), new_group()
    for partition in (0, 1):
        fill(servers, topic, *numbered(0, 10), partition=partition)
    member = join(topic, group)
    member.until_records(20)
    member.follower.commit({f"{topic}/0": 4, f"{topic}/1": 6, "other/0": 5})
    deadline = time.monotonic() + 20
    while committed(servers, group) != {f"{topic}/0": 4, f"{topic}/1": 6}:
        assert time.monotonic() < deadline
        member.step()
    member.follower.commit({f"{topic}/0": 9})
    member.close()
    assert committed(servers, group) == {f"{topic}/0": 9, f"{topic}/1": 6}


def test_what_was_never_committed_stays_so(join: Join, servers: str) -> None:
    topic, group = new_topic(servers), new_group()
    fill(servers, topic, *numbered(0, 10))
    member = join(topic, group)
    member.until_records(10)
    member.close()
    assert committed(servers, group) == {}


def test_rest_takes_nothing_and_loses_nothing(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    member = join(topic, new_group())
    member.until(member.held)
    member.step()
    for number in range(4):
        fill(servers, topic, *numbered(number * 10, number * 10 + 10))
        began = time.monotonic()
        member.follower.rest(0.4)
        assert 0.3 <= time.monotonic() - began < 2
    assert member.records == []
    member.until_records(40)
    assert [record.value for record in member.records] == numbered(0, 40)
    assert len(member.taken) == 1, "it was never out of the group"


def test_rest_before_a_seek_opens_nothing(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *numbered(0, 10))
    follower = join(topic, new_group()).follower
    deadline = time.monotonic() + 20
    while not follower.held():
        assert time.monotonic() < deadline
        follower.rest(0.2)
    follower.rest(0.2)
    assert follower.poll(0.5, 10) == []
    assert follower.taken() == {f"{topic}/0"}


def test_the_position_passes_markers_and_aborted_records_when_idle(
    join: Join, servers: str
) -> None:
    topic = new_topic(servers)
    with transactional(servers) as client:
        for commit in (True, False):
            client.begin_transaction()
            send(client, topic, b"1", b"2")
            if commit:
                client.commit_transaction()
            else:
                client.abort_transaction()
    member = join(topic, new_group())
    member.until(lambda: member.checkpoint.at.get(f"{topic}/0") == 6)
    assert [record.offset for record in member.records] == [0, 1]
    assert_cover(member.chunks, {f"{topic}/0": (0, 6)})


def test_an_open_transaction_comes_when_it_is_committed(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    member = join(topic, new_group())
    with transactional(servers) as client:
        client.begin_transaction()
        send(client, topic, b"open")
        member.until(member.held)
        for _ in range(10):
            member.step()
        assert member.chunks == [], shapes(member.chunks)
        client.commit_transaction()
    member.until_records(1)


def test_a_start_that_is_no_longer_there_is_not_there(join: Join, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *numbered(0, 50))
    delete_head(servers, topic, 30)
    member = join(topic, new_group(), Checkpoint({f"{topic}/0": 29}))
    with pytest.raises(NotThereError, match="no longer holds"):
        member.until_records(1)
    assert member.records == []


def test_a_deleted_topic_is_not_there(hasty: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    with closing(hasty.follow(topic, new_group())) as follower:
        member = Member(follower)
        member.until(member.held)
        delete_topic(servers, topic)
        with pytest.raises(NotThereError, match=topic):
            member.until(lambda: False, seconds=HASTE + 5)


def test_a_topic_created_anew_between_two_polls_is_not_taken_for_the_old_one(
    source: KafkaSource, servers: str
) -> None:
    """Also where it has outgrown the place that was reached: not one record of it comes.

    Where it has not yet, an offset that is gone is what is said.
    """
    topic = new_topic(servers)
    fill(servers, topic, *numbered(0, 10))
    with closing(source.follow(topic, new_group())) as follower:
        member = Member(follower)
        member.until_records(10)
        delete_topic(servers, topic)
        create_topic(servers, topic)
        fill(servers, topic, *numbered(0, 30))
        with pytest.raises(NotThereError):
            member.until(lambda: False, seconds=60)
    assert len(member.records) == 10


def test_the_ends_are_those_last_heard(join: Join, servers: str) -> None:
    """Of what this member reads; they follow what is produced, and asking costs nothing."""
    topic = new_topic(servers, 2)
    fill(servers, topic, *numbered(0, 50))
    member = join(topic, new_group())
    member.until_records(50)
    deadline = time.monotonic() + 20
    while member.follower.ends() != {f"{topic}/0": 50, f"{topic}/1": 0}:
        assert time.monotonic() < deadline, member.follower.ends()
        member.step(0.1)
    fill(servers, topic, *numbered(0, 3), partition=1)
    while member.follower.ends() != {f"{topic}/0": 50, f"{topic}/1": 3}:
        assert time.monotonic() < deadline + 20, member.follower.ends()
        member.step(0.1)
