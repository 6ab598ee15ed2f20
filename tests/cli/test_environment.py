"""Every setting as a variable SC_ANALYTICS_…, and a flag that beats it."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.integration.databases import fresh_database
from tests.integration.documents import raw_documents
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import NOWHERE, SECRET, Command, commands, misused, refused, side_by_side
from .labelled import Labelled, absorbed, order_created

INVALID = {
    "TIMEOUT": ("soon", "1"),
    "FLUSH_RECORDS": ("0", "10"),
    "FLUSH_INTERVAL": ("soon", "100ms"),
    "SESSION_TIMEOUT": ("soon", "10s"),
    "LEDGER_DAYS": ("0", "7"),
    "STORE": ("redis://here", "sqlite:///{store}"),
}
"""Setting → a value that is refused, and one that is not."""


@pytest.fixture
def events(tmp_path: Path) -> str:
    """A file with one event."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(order_created(0, 0))
    return str(file)


def test_a_variable_is_heeded_and_a_flag_beats_it(events: str, tmp_path: Path) -> None:
    """A wrong value in the variable is refused; a right one as a flag makes it work."""
    line = ("replay", "order-funnel", "--source", events)
    runs = {}
    for name, (wrong, right) in INVALID.items():
        store = f"{tmp_path}/{name}.db"
        variables = {f"SC_ANALYTICS_{name}": wrong}
        flag = ("--" + name.lower().replace("_", "-"), right.format(store=store))
        command = Command(f"sqlite:///{store}", **variables)
        runs[name, "variable"] = partial(command.run, *line)
        runs[name, "flag"] = partial(command.run, *line, *flag)
    outcomes = side_by_side(runs)
    for name in INVALID:
        misused(outcomes[name, "variable"])
        assert outcomes[name, "flag"].code == 0, outcomes[name, "flag"].err
        assert absorbed(f"sqlite:///{tmp_path}/{name}.db") == {"0:0"}


def test_the_rules_come_from_variables(events: str, tmp_path: Path) -> None:
    """Zone, roles and currency of a new store are those of the environment, or of flags."""
    one, other = f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/other.db"
    command = Command(
        one,
        SC_ANALYTICS_TIMEZONE="Asia/Tokyo",
        SC_ANALYTICS_LEADER_ROLES="captain, lead",
        SC_ANALYTICS_CURRENCY="chf",
    )
    command.ok("replay", "--source", events)
    flags = ("--timezone", "Europe/Berlin", "--leader-roles", "boss", "--currency", "EUR")
    command.ok("replay", "--source", events, "--store", other, *flags)
    assert _rules(one) == ("Asia/Tokyo", ["captain", "lead"], "CHF")
    assert _rules(other) == ("Europe/Berlin", ["boss"], "EUR")


def test_brokers_and_topics_come_from_variables(labelled: Labelled, embedded: str) -> None:
    """Both topics and the brokers can be set; each flag beats its variable."""
    command = Command(
        embedded,
        servers=labelled.servers,
        SC_ANALYTICS_ORDER_TOPIC=labelled.topic,
        SC_ANALYTICS_USER_TOPIC="no.users.here",
    )
    command.ok("replay", "order-funnel", "--from-offset", "0:4")
    assert absorbed(embedded) == {"0:4"}
    refused(command.run("consume", "user-lifecycle"), 6, "no topic no.users.here")
    outcome = command.run("consume", "user-lifecycle", "--user-topic", "nor.here")
    refused(outcome, 6, "no topic nor.here")
    line = ("replay", "order-funnel", "--from-offset", "0:4", "--order-topic", "no.orders")
    refused(command.run(*line), 6, "no topic no.orders")
    line = (*line[:4], "--bootstrap-servers", NOWHERE, "--timeout", "0.5")
    refused(command.run(*line), 5, f"Kafka at {NOWHERE}")


def test_the_time_allowed_comes_from_a_variable(embedded: str) -> None:
    """An unreachable broker ends a command after SC_ANALYTICS_TIMEOUT, and a flag beats that."""
    line = ("replay", "--from-offset", "0")
    began = time.monotonic()
    refused(Command(embedded, SC_ANALYTICS_TIMEOUT="0.5").run(*line), 5)
    command = Command(embedded, SC_ANALYTICS_TIMEOUT="3600")
    refused(command.run(*line, "--timeout", "0.5", timeout=60), 5)
    assert time.monotonic() - began < 30


def test_the_ledgers_memory_comes_from_a_variable(
    mongo: MongoServer, kafka: KafkaServer, labelled: Labelled
) -> None:
    """MongoDB forgets event ids after SC_ANALYTICS_LEDGER_DAYS."""
    with fresh_database(mongo) as uri:
        command = Command(
            uri, *labelled.flags, servers=kafka.bootstrap_servers, SC_ANALYTICS_LEDGER_DAYS="3"
        )
        command.ok("replay", "order-funnel", "--from-offset", "earliest")
        with MongoClient[dict[str, Any]](uri) as client:
            database = client.get_default_database()
            seconds = [
                index["expireAfterSeconds"]
                for name in database.list_collection_names()
                for index in database[name].index_information().values()
                if "expireAfterSeconds" in index
            ]
    assert seconds == [3 * 86_400] * 2  # the two parts of its ledger


def test_tracebacks_come_with_a_variable(embedded: str) -> None:
    """SC_ANALYTICS_DEBUG shows where an error was raised, and keeps passwords."""
    store = f"mongodb://user:{SECRET}@{NOWHERE}/db"
    outcome = Command(store, SC_ANALYTICS_DEBUG="1", SC_ANALYTICS_TIMEOUT="0.5").run("report")
    assert outcome.code == 5
    assert "Traceback" in outcome.err
    assert SECRET not in outcome.err


def test_options_of_one_command_are_variables_too(events: str, embedded: str) -> None:
    """Dates, output form and range: a flag adds to no variable but replaces it."""
    command = Command(
        embedded,
        SC_ANALYTICS_SOURCE=events,
        SC_ANALYTICS_DATE="2001-01-01",
        SC_ANALYTICS_JSON="1",
    )
    command.ok("replay", "order-funnel")
    rows = json.loads(command.ok("report", "funnel"))["reports"]["funnel"]
    assert [(row["date"], row["status"]) for row in rows] == [("2001-01-01", "complete")]
    rows = json.loads(command.ok("report", "funnel", "--date", "2001-01-02"))["reports"]["funnel"]
    assert rows == [{"date": "2001-01-02", "status": "missing"}]


def test_every_option_has_its_variable() -> None:
    """SC_ANALYTICS_ and the flag's name in capitals, for every option of every command."""
    named = {
        (" ".join(path), option.opts[0]): option.envvar
        for path, command in commands()
        for option in command.params
        if option.opts[0].startswith("--") and path
    }
    assert ("replay", "--from-offset") in named
    for (path, flag), variable in named.items():
        if flag != "--help":
            expected = "SC_ANALYTICS_" + flag.removeprefix("--").replace("-", "_").upper()
            assert variable == expected, f"{path} {flag}"


def _rules(store: str) -> tuple[str, list[str], str]:
    rules = raw_documents(store, "analytics_settings")["rules"]
    return rules["timezone"], rules["leader_roles"], rules["currency"]
