"""A consumer that runs on TLS and logins while the broker restarts and its password is changed."""

from __future__ import annotations

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from tests.cli.command import Command
from tests.integration.broker import create_topics, produce
from tests.integration.documents import assert_exact, raw_documents
from tests.integration.product import finish, stop, wait_until
from tests.integration.topics import Log, new_log
from tests.oracle.documents import LogRecord
from tests.servers.kafka import KafkaServer

from .conftest import CHANGING, KAFKA_PASSWORD, LockedMongo, allow, with_variables

NEW_PASSWORD = "hush-kafka-2"
TOPIC = "sc.domain.order"


@pytest.fixture
def halves(locked_kafka: KafkaServer) -> tuple[Log, list[LogRecord], list[LogRecord]]:
    """A log whose topic is there, and the records of its first and second half."""
    log = new_log(seed=11, events=600)
    create_topics(locked_kafka.bootstrap_servers, {log.name(TOPIC): 6})
    allow(locked_kafka, CHANGING, [log.name(TOPIC)], groups=True)
    records = log.records(TOPIC)
    return log, records[: len(records) // 2], records[len(records) // 2 :]


def test_the_broker_restarts_and_the_password_is_changed(
    product: Command,
    locked_kafka: KafkaServer,
    locked_mongo: LockedMongo,
    locked_store: str,
    halves: tuple[Log, list[LogRecord], list[LogRecord]],
) -> None:
    """It outlives a broker that is killed; the old password ends it with exit 4; then exact."""
    log, first, second = halves
    store = locked_mongo.address("root", "root", locked_store, authSource="admin")

    def absorbed() -> int:
        checkpoints = raw_documents(store, "analytics_checkpoints").values()
        return sum(each["next"] for each in checkpoints)

    product = with_variables(
        product,
        SC_ANALYTICS_SASL_USERNAME=CHANGING,
        SC_ANALYTICS_FLUSH_INTERVAL="100ms",
    )
    product._flags = log.flags
    running = product.start("consume", "revenue")
    try:
        produce(locked_kafka.bootstrap_servers, first)
        wait_until(lambda: absorbed() == len(first), what="the first half")
        locked_kafka.kill()
        locked_kafka.restart()
        produce(locked_kafka.bootstrap_servers, second[:50])
        wait_until(lambda: absorbed() == len(first) + 50, 120, "what came after the restart")
        change_password(locked_kafka, NEW_PASSWORD)
        locked_kafka.kill()
        locked_kafka.restart()
        produce(locked_kafka.bootstrap_servers, second[50:])
        outcome = finish(running, 120)
    finally:
        if running.poll() is None:
            stop(running)
    assert outcome.code == 4, outcome.err
    assert f"refused the login of user '{CHANGING}'" in outcome.err
    assert "hush" not in outcome.err
    again = with_variables(product, SC_ANALYTICS_SASL_PASSWORD=NEW_PASSWORD)
    again.ok("consume", "revenue", "--until-end")
    change_password(locked_kafka, KAFKA_PASSWORD)
    assert_exact(store, "revenue", log.expected()["revenue"])


def change_password(server: KafkaServer, password: str) -> None:
    """Of the user whose password is changed, for both mechanisms."""
    admin = KafkaAdminClient(bootstrap_servers=server.bootstrap_servers)
    try:
        admin.alter_user_scram_credentials(
            [
                UserScramCredentialUpsertion(CHANGING, mechanism, password)
                for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
            ]
        )
    finally:
        admin.close()
