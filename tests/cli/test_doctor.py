"""`doctor`: every line with what was found, the mend where it is wrong, and no trace left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition
from pymongo import MongoClient

from tests.integration.product import Outcome
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer

from .command import NOWHERE, SECRET, Command
from .labelled import new_topic


def lines(outcome: Outcome, sign: str) -> dict[str, str]:
    """Check → what was found, of the lines with this sign."""
    marked = [line for line in outcome.out.splitlines() if line.startswith(sign + " ")]
    return {line[2:20].strip(): line[20:].strip() for line in marked}


def collections(uri: str) -> dict[str, list[Any]]:
    """Everything in a database."""
    with MongoClient[dict[str, Any]](uri) as client:
        database = client.get_default_database()
        return {
            name: list(database[name].find().sort("_id", 1))
            for name in sorted(database.list_collection_names())
        }


def test_all_is_well(kafka: KafkaServer, traffic: Log, mongo_database: str) -> None:
    """Exit 0, a good line for each check, and the database is as it was, to the collection."""
    command = Command(mongo_database, *traffic.flags, servers=kafka.bootstrap_servers)
    empty = command.run("doctor")
    assert (empty.code, empty.err) == (0, "")
    assert collections(mongo_database) == {}
    assert "nothing was absorbed yet" in lines(empty, "✓")["retention"]
    command.ok("consume", "user-lifecycle", "--until-end")
    before = collections(mongo_database)
    outcome = command.run("doctor")
    assert outcome.code == 0, outcome.out
    good = lines(outcome, "✓")
    assert len(good) == len(outcome.out.splitlines())
    assert {
        *("settings", "Kafka name", "Kafka connection", "Kafka login", "Kafka topics"),
        *("Kafka rights", "codecs", "MongoDB name", "MongoDB connection", "MongoDB login"),
        *("MongoDB version", "write concern", "write and read", "indexes", "clock"),
        *("zone and rules", "retention"),
    } == set(good)
    assert good["Kafka topics"].count("has 6 partitions") == 2
    assert "nothing unread was deleted" in good["retention"]
    assert good["indexes"] == "1 ledgers have theirs; the first run makes 2 more"
    assert collections(mongo_database) == before


def test_what_is_wrong_is_said_with_its_mend(
    kafka: KafkaServer, traffic: Log, mongo_database: str
) -> None:
    """Another zone is a conflict, a ledger without its index a failure; the first one decides."""
    command = Command(mongo_database, *traffic.flags, servers=kafka.bootstrap_servers)
    command.ok("consume", "user-lifecycle", "--until-end")
    with MongoClient[dict[str, Any]](mongo_database) as client:
        client.get_default_database()["analytics_ledger_user_lifecycle"].drop_indexes()
    outcome = command.run("doctor", "--timezone", "Europe/Berlin")
    assert outcome.code == 1
    assert set(lines(outcome, "✗")) == {"indexes", "zone and rules"}
    assert "next:  sc-analytics consume NAME makes it with the next event" in outcome.out
    assert "the store was built with --timezone UTC" in outcome.out


def test_nobody_is_there(kafka: KafkaServer) -> None:
    """What cannot be asked is not; the first failure is the exit code; no secret is shown."""
    store = f"mongodb://user:{SECRET}@nobody.invalid/x"
    outcome = Command(store, "--timeout", "1", servers=NOWHERE).run("doctor")
    assert outcome.code == 5
    bad = lines(outcome, "✗")
    assert set(bad) == {"Kafka connection", "MongoDB name"}
    assert "the name nobody.invalid has no address" in bad["MongoDB name"]
    assert lines(outcome, "·")["Kafka login"] == "needs Kafka connection"
    assert SECRET not in outcome.out + outcome.err
    assert "Traceback" not in outcome.err


def test_a_topic_that_is_not_there(kafka: KafkaServer, traffic: Log, embedded: str) -> None:
    """Exit 6; an embedded store that does not exist yet is no failure, and is not created."""
    command = Command(embedded, *traffic.flags, servers=kafka.bootstrap_servers)
    good = command.run("doctor")
    assert good.code == 0, good.out
    assert "will be created by the first run" in lines(good, "✓")["store file"]
    assert not Path(embedded.removeprefix("sqlite:///")).exists()
    outcome = Command(embedded, "--user-topic", "no.such", servers=kafka.bootstrap_servers).run(
        "doctor"
    )
    assert outcome.code == 6
    assert "has no topic no.such" in lines(outcome, "✗")["Kafka topics"]
    neither = ("--user-topic", "no.such", "--order-topic", "neither.this")
    both = Command(embedded, *neither, servers=kafka.bootstrap_servers).run("doctor")
    assert both.code == 6
    found = lines(both, "✗")["Kafka topics"]
    assert "has no topic no.such" in found
    assert "has no topic neither.this" in found


def test_records_lost_to_retention(kafka: KafkaServer, embedded: str) -> None:
    """Exit 6, naming partition and offsets."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 3})
    command = Command(embedded, *log.flags, "--user-topic", log.topic, servers=log.servers)
    command.ok("consume", "order-funnel", "--until-end")
    log.append(0, 3, 4)
    admin = KafkaAdminClient(bootstrap_servers=log.servers)
    admin.delete_records({TopicPartition(log.topic, 0): 5})
    admin.close()
    outcome = command.run("doctor")
    assert outcome.code == 6
    assert "offsets 3 to 4 of" in lines(outcome, "✗")["retention"]


def test_a_topic_that_was_created_anew(kafka: KafkaServer, embedded: str) -> None:
    """Exit 7, as of a consumer, and what to type."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 3})
    command = Command(embedded, *log.flags, "--user-topic", log.topic, servers=log.servers)
    command.ok("consume", "order-funnel", "--until-end")
    log.create_anew()
    log.append(0, 0, 5)
    outcome = command.run("doctor")
    assert outcome.code == 7, outcome.out
    assert "is not the log that was read before" in lines(outcome, "✗")["retention"]
    assert "sc-analytics consume order-funnel --accept-new-topic" in outcome.out


def test_json_and_ascii(embedded: str) -> None:
    """The same as one document; and signs that every terminal has."""
    command = Command(embedded, "--timeout", "1", PYTHONIOENCODING="ascii")
    outcome = command.run("doctor", "--json")
    content = json.loads(outcome.out)
    assert (outcome.code, content["schema"]) == (5, "sc-analytics.doctor/1")
    (bad,) = [each for each in content["checks"] if each["outcome"] == "bad"]
    assert bad["check"] == "Kafka connection"
    assert bad["next"] == "check --bootstrap-servers"
    shown = command.run("doctor").out
    assert shown.isascii()
    assert "FAIL Kafka connection" in shown


@pytest.mark.parametrize("store", ["nonsense://x", "mongodb://h:port/x"])
def test_a_store_that_cannot_be_understood(store: str) -> None:
    """It is a line like any other."""
    outcome = Command(store, "--timeout", "1").run("doctor")
    assert outcome.code in (2, 5)
    assert "Traceback" not in outcome.err
    assert "--store" in outcome.out + outcome.err
