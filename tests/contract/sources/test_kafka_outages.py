"""The broker stops answering, dies and comes back while it is being read."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from sc_analytics_cli.errors import UnreachableError
from sc_analytics_cli.event import Chunk
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import fill, new_topic
from tests.contract.sources.following import Member, Running, new_group, wait
from tests.contract.sources.reading import HASTE, assert_cover, offsets, read_all, read_spans
from tests.contract.sources.sockets import LEAVES_SOCKETS
from tests.servers import KafkaServer

SESSION = 6.0

pytestmark = [pytest.mark.servers, LEAVES_SOCKETS]


@pytest.fixture
def patient(opens: type[KafkaSource], kafka: KafkaServer) -> Iterator[KafkaSource]:
    """A source whose time-out is longer than a restart of the broker."""
    with closing(opens(kafka.bootstrap_servers, timeout=60.0, session_timeout=6.0)) as made:
        yield made


def large_topic(servers: str) -> str:
    """A topic of 100 records that are more than the driver fetches ahead."""
    topic = new_topic(servers)
    fill(servers, topic, *[b"x" * 200_000] * 100)
    return topic


def assert_unreachable(verb: Callable[[], object], timeout: float = HASTE) -> None:
    began = time.monotonic()
    with pytest.raises(UnreachableError) as raised:
        verb()
    assert time.monotonic() - began < timeout + 2
    assert raised.value.exit_code == 5


def test_every_question_to_a_silent_broker_ends_in_time(
    opens: type[KafkaSource], kafka: KafkaServer
) -> None:
    topic = new_topic(kafka.bootstrap_servers)
    name = f"{topic}/0"
    with closing(opens(kafka.bootstrap_servers, timeout=1.0)) as source:
        kafka.pause()
        verbs: list[Callable[[], object]] = [
            lambda: source.partitions([topic]),
            lambda: source.bounds([name]),
            lambda: source.offsets_at([name], 0),
            lambda: source.topic_ids([name]),
            lambda: source.compacted([name]),
            lambda: source.read({name: (0, 1)}),
            lambda: source.follow(topic, new_group()),
        ]
        for verb in verbs:
            assert_unreachable(verb, 1.0)


def test_a_broker_that_falls_silent_ends_a_reader_in_time(
    kafka: KafkaServer, hasty: KafkaSource
) -> None:
    topic = large_topic(kafka.bootstrap_servers)
    reader = hasty.read({f"{topic}/0": (0, 100)})
    chunks = reader.poll(5.0, 5)
    kafka.pause()
    assert_ends_in_time(lambda: reader.poll(0.25, 5), chunks)
    assert not reader.done
    reader.close()


def test_a_broker_that_is_killed_ends_readers_and_followers_and_others_go_on_behind_them(
    kafka: KafkaServer, hasty: KafkaSource, patient: KafkaSource
) -> None:
    topic = large_topic(kafka.bootstrap_servers)
    reader = hasty.read({f"{topic}/0": (0, 100)})
    chunks = reader.poll(5.0, 5)
    member = Member(hasty.follow(topic, new_group()))
    member.until_records(100)
    member.commit()
    kafka.kill()
    assert_ends_in_time(lambda: reader.poll(0.25, 5), chunks)
    assert_ends_in_time(lambda: member.follower.poll(0.25, 5), [])
    assert_unreachable(lambda: hasty.bounds([f"{topic}/0"]))
    member.follower.commit({f"{topic}/0": 99})
    for close in (reader.close, member.follower.close):
        began = time.monotonic()
        close()
        # A member that its group cannot be told about is let go of within the session.
        assert time.monotonic() - began < HASTE + SESSION + 2
    kafka.recover()
    rest = chunks[-1].end
    chunks += read_spans(patient, {f"{topic}/0": (rest, 100)})
    assert offsets(chunks) == list(range(100))
    fill(kafka.bootstrap_servers, topic, b"later")
    again = Member(patient.follow(topic, new_group()), member.checkpoint)
    again.until_records(1)
    again.close()


def assert_ends_in_time(poll: Callable[[], list[Chunk]], chunks: list[Chunk]) -> None:
    """What is still there comes without a hole, then an error, HASTE after the last of it."""
    heard = [time.monotonic()]

    def poll_on() -> None:
        while time.monotonic() - heard[-1] < HASTE + 10:
            if polled := poll():
                chunks.extend(polled)
                heard.append(time.monotonic())

    with pytest.raises(UnreachableError):
        poll_on()
    assert HASTE - 1 < time.monotonic() - heard[-1] < HASTE + 2
    assert offsets(chunks) == list(range(len(offsets(chunks))))


def test_a_broker_that_restarts_in_time_costs_nothing(
    kafka: KafkaServer, patient: KafkaSource
) -> None:
    servers = kafka.bootstrap_servers
    topic = large_topic(servers)
    reader = patient.read({f"{topic}/0": (0, 100)})
    chunks = reader.poll(5.0, 5)
    running = Running(Member(patient.follow(topic, new_group())))
    seen = running.member.checkpoint.seen
    wait(running, lambda: len(seen) == 100)
    more = {"into": chunks, "patience": 60}
    reading = threading.Thread(target=read_all, args=(reader, 5), kwargs=more)
    reading.start()
    kafka.restart()
    fill(servers, topic, *[b"later"] * 50)
    reading.join(60)
    assert reader.done
    reader.close()
    assert_cover(chunks, {f"{topic}/0": (0, 100)})
    assert offsets(chunks) == list(range(100))
    wait(running, lambda: len(seen) == 150)
    running.stop()


def test_a_caller_that_takes_its_time_is_no_outage(
    opens: type[KafkaSource], kafka: KafkaServer
) -> None:
    topic = large_topic(kafka.bootstrap_servers)
    with closing(opens(kafka.bootstrap_servers, timeout=1.0)) as source:
        reader = source.read({f"{topic}/0": (0, 100)})
        chunks: list[Chunk] = []
        for _ in range(2):
            time.sleep(1.2)
            chunks += reader.poll(0.0, 2)
        chunks += read_all(reader)
        reader.close()
    assert offsets(chunks) == list(range(100))


def test_an_idle_topic_is_no_outage(kafka: KafkaServer, hasty: KafkaSource) -> None:
    topic = new_topic(kafka.bootstrap_servers)
    member = Member(hasty.follow(topic, new_group()))
    deadline = time.monotonic() + 2 * HASTE
    while time.monotonic() < deadline:
        member.step(0.25)
    fill(kafka.bootstrap_servers, topic, b"x")
    member.until_records(1)
    assert len(member.taken) == 1
    member.close()
