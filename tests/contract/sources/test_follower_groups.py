"""Several followers of one group: members come and go, and nothing is left out."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from kafka import KafkaAdminClient

from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import (
    add_partitions,
    admin,
    committed,
    fill,
    new_topic,
    producer,
)
from tests.contract.sources.following import Checkpoint, Member, Running, new_group, wait

pytestmark = pytest.mark.servers


@contextmanager
def load(servers: str, topic: str, partitions: int, count: int, seconds: float) -> Iterator[None]:
    """So many records to each partition, spread over so many seconds; all are sent at the end."""

    def produce() -> None:
        with producer(servers, linger_ms=5) as client:
            for number in range(count):
                for partition in range(partitions):
                    client.send(topic, b"%d" % number, partition=partition)
                if number % 20 == 0:
                    time.sleep(seconds * 20 / count)
            client.flush(60)

    sending = threading.Thread(target=produce)
    sending.start()
    try:
        yield
    finally:
        sending.join(60)
    assert not sending.is_alive()


def shared_out(*members: Member) -> bool:
    """Whether each member holds something, and none the same."""
    held = [member.held() for member in members]
    return all(held) and len(set.union(*held)) == sum(map(len, held))


def rebalances(client: KafkaAdminClient, group: str) -> bool:
    """Whether the group waits for its members to join again."""
    state: str = client.describe_groups([group])[group]["group_state"]
    return state == "PreparingRebalance"


def test_members_join_and_leave_under_load_and_nothing_is_left_out(
    opens: type[KafkaSource], source: KafkaSource, servers: str
) -> None:
    topic, group, checkpoint = new_topic(servers, 6), new_group(), Checkpoint()
    with closing(opens(servers, timeout=5.0, session_timeout=6.0)) as other:
        with load(servers, topic, 6, 4000, seconds=6.0):
            first = Running(Member(source.follow(topic, group), checkpoint))
            wait(first, lambda: len(checkpoint.seen) > 1000)
            second = Running(Member(other.follow(topic, group), checkpoint))
            wait(second, lambda: shared_out(first.member, second.member))
            wait(second, lambda: len(second.member.records) > 500)
            first.stop()
            wait(second, lambda: len(second.member.held()) == 6)
            third = Running(Member(source.follow(topic, group), checkpoint))
            wait(third, lambda: shared_out(second.member, third.member))
            second.stop()
        wait(third, lambda: sum(checkpoint.at.values()) == 6 * 4000)
        third.stop()
    assert len(checkpoint.seen) == 6 * 4000
    assert committed(servers, group) == checkpoint.at == {f"{topic}/{n}": 4000 for n in range(6)}


def test_partitions_that_are_added_are_taken_even_where_the_rebalance_ends_between_two_polls(
    source: KafkaSource, servers: str
) -> None:
    """The driver asks for new ones every 30 s, so this takes as long."""
    topic, group, checkpoint = new_topic(servers, 2), new_group(), Checkpoint()
    leader = Member(source.follow(topic, group), checkpoint)
    leader.until(lambda: len(leader.held()) == 2)
    joining = Running(other := Member(source.follow(topic, group), checkpoint))
    leader.until(lambda: shared_out(leader, other))
    joining.pause()
    add_partitions(servers, topic, 6)
    for partition in range(6):
        fill(servers, topic, *[b"x"] * 10, partition=partition)
    with admin(servers) as client:
        # On a busy machine it may be over before anybody has looked.
        leader.until(lambda: rebalances(client, group) or len(leader.held()) > 2, seconds=60)
        joining.resume()
        wait(joining, lambda: not rebalances(client, group))
    time.sleep(0.5)
    leader.until(lambda: len(checkpoint.seen) == 60 and shared_out(leader, other))
    assert leader.held() | other.held() == {f"{topic}/{number}" for number in range(6)}
    joining.stop()
    leader.close()


def test_a_member_that_rests_takes_part_in_rebalances(source: KafkaSource, servers: str) -> None:
    topic, group, checkpoint = new_topic(servers, 4), new_group(), Checkpoint()
    resting = Member(source.follow(topic, group), checkpoint)
    resting.until(lambda: len(resting.held()) == 4)
    for partition in range(4):
        fill(servers, topic, *[b"x"] * 10, partition=partition)
    running = Running(Member(source.follow(topic, group), checkpoint))
    deadline = time.monotonic() + 30
    while not shared_out(resting, running.member):
        assert time.monotonic() < deadline
        resting.follower.rest(0.2)
    wait(running, lambda: len(running.member.records) == 20)
    assert resting.records == []
    resting.until_records(20)
    running.stop()
    resting.close()
    assert set(checkpoint.seen.values()) == {1}


def test_a_partition_that_comes_back_waits_for_a_seek(source: KafkaSource, servers: str) -> None:
    topic, group = new_topic(servers, 2), new_group()
    member = Member(source.follow(topic, group))
    member.until(lambda: len(member.held()) == 2)
    guest = Running(Member(source.follow(topic, group)))
    member.until(lambda: shared_out(member, guest.member))
    (kept,) = member.held()
    guest.stop()
    follower = member.follower
    deadline = time.monotonic() + 30
    while len(follower.held()) < 2:
        assert time.monotonic() < deadline
        assert follower.poll(0.1, 100) == []
    for partition in (0, 1):
        fill(servers, topic, *[b"x"] * 5, partition=partition)
    waiting = follower.taken()
    assert {f"{topic}/0", f"{topic}/1"} - {kept} <= waiting
    for _ in range(10):
        chunks = follower.poll(0.1, 100)
        assert not {chunk.partition for chunk in chunks} & waiting
    member.close()


def test_the_committed_offset_does_not_go_back_with_a_partition_that_comes_back(
    source: KafkaSource, servers: str
) -> None:
    topic, group = new_topic(servers, 2), new_group()
    for partition in (0, 1):
        fill(servers, topic, *[b"x"] * 10, partition=partition)
    checkpoint = Checkpoint()
    member = Member(source.follow(topic, group), checkpoint)
    member.until_records(20)
    member.commit()
    guest = Running(Member(source.follow(topic, group), checkpoint))
    member.until(lambda: shared_out(member, guest.member))
    for partition in (0, 1):
        fill(servers, topic, *[b"x"] * 10, partition=partition)
    wait(guest, lambda: len(guest.member.records) == 10)
    guest.stop()
    member.until(lambda: len(member.held()) == 2 and sum(checkpoint.at.values()) == 40)
    member.close()
    (gone_further,) = {chunk.partition for chunk in guest.member.chunks if chunk.records}
    assert committed(servers, group)[gone_further] == 20


def test_who_is_a_member_and_what_the_group_has_decided(source: KafkaSource, servers: str) -> None:
    """A group that never was has no members; one member too many has nothing, and knows it."""
    topic, group, never = new_topic(servers), new_group(), new_group()
    first = Member(source.follow(topic, group))
    assert not first.follower.decided()
    first.until(lambda: len(first.held()) == 1)
    assert first.follower.decided()
    second = Running(Member(source.follow(topic, group)))
    first.until(second.member.follower.decided)
    first.until(lambda: source.members([group, never]) == {group: 2, never: 0})
    assert sorted([len(first.held()), len(second.member.held())]) == [0, 1]
    second.stop()
    first.close()
    assert source.members([group]) == {group: 0}


def test_groups_do_not_share(source: KafkaSource, servers: str) -> None:
    topic = new_topic(servers)
    fill(servers, topic, *[b"x"] * 10)
    members = [Member(source.follow(topic, new_group())) for _ in range(2)]
    for member in members:
        member.until_records(10)
        member.close()


def test_a_member_that_left_does_not_hold_up_the_next(source: KafkaSource, servers: str) -> None:
    topic, group = new_topic(servers, 3), new_group()
    for _ in range(3):
        member = Member(source.follow(topic, group))
        began = time.monotonic()
        while len(member.held()) < 3:
            assert time.monotonic() - began < 10
            member.step()
        member.close()
