"""Which client reads Kafka, and that the two get on with each other."""

import sys
from contextlib import closing

import pytest

from sc_analytics_cli.bootstrap import open_kafka
from sc_analytics_cli.errors import UnreachableError, UsageError
from sc_analytics_cli.settings import Settings
from sc_analytics_cli.source.confluent.log import ConfluentSource
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.broker import fill, new_topic
from tests.contract.sources.following import Checkpoint, Member, Running, new_group, wait

NOWHERE = "127.0.0.1:1"


@pytest.mark.servers
@pytest.mark.parametrize(
    ("client", "kind"),
    [("auto", ConfluentSource), ("confluent", ConfluentSource), ("kafka-python", KafkaSource)],
)
def test_the_client_is_the_one_asked_for_or_the_faster_one(
    servers: str, client: str, kind: type[KafkaSource]
) -> None:
    settings = Settings(bootstrap_servers=servers, kafka_client=client)
    with closing(open_kafka(settings)) as source:
        assert type(source) is kind


def test_without_the_extra_it_is_named_where_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise kafka-python does without a word; here it finds no broker."""
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    settings = {"bootstrap_servers": NOWHERE, "timeout": 0.2}
    with pytest.raises(UsageError, match="--kafka-client confluent is not installed") as raised:
        open_kafka(Settings(**settings, kafka_client="confluent"))  # type: ignore[arg-type]
    assert "sc-analytics[fast]" in str(raised.value.advice)
    with pytest.raises(UnreachableError):
        open_kafka(Settings(**settings))  # type: ignore[arg-type]


@pytest.mark.servers
def test_members_with_either_client_share_a_group(servers: str) -> None:
    """One joins the other, and takes over all of it when that one leaves."""
    topic, group, checkpoint = new_topic(servers, 4), new_group(), Checkpoint()
    with (
        closing(KafkaSource(servers, timeout=5.0, session_timeout=6.0)) as slow,
        closing(ConfluentSource(servers, timeout=5.0, session_timeout=6.0)) as fast,
    ):
        first = Running(Member(slow.follow(topic, group), checkpoint))
        wait(first, lambda: len(first.member.held()) == 4)
        second = Running(Member(fast.follow(topic, group), checkpoint))
        wait(second, lambda: len(first.member.held()) == len(second.member.held()) == 2)
        for partition in range(4):
            fill(servers, topic, *[b"x"] * 10, partition=partition)
        wait(second, lambda: len(checkpoint.seen) == 40)
        first.stop()
        wait(second, lambda: len(second.member.held()) == 4)
        fill(servers, topic, b"last", partition=3)
        wait(second, lambda: len(checkpoint.seen) == 41)
        second.stop()
    assert set(checkpoint.seen.values()) == {1}
