"""The whole product on servers that want TLS and a login, with the least rights; no secret out."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest
from bson import json_util

from tests.cli.command import Command
from tests.integration.documents import PROJECTIONS
from tests.integration.product import Outcome, stop, wait_until
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer

from .conftest import (
    BOTH_KINDS,
    KAFKA_PASSWORD,
    PASSWORD,
    USER,
    LockedMongo,
    Trust,
    with_variables,
)

WRONG = "hush-wrong"
SECRETS = ("hush", "hush%2Fhush")
"""What no output may hold: the beginning of every password here."""


def silent(outcome: Outcome) -> Outcome:
    """No secret is in what a command said."""
    for secret in SECRETS:
        assert secret not in outcome.out + outcome.err
    return outcome


@BOTH_KINDS
def test_every_command_works_with_the_least_rights(
    product: Command, locked_mongo: LockedMongo, locked_store: str, locked_log: Log
) -> None:
    """The role and the access rules of docs/security.md are enough, and nothing is told."""
    dates = ("--date", "2026-10-01..2026-10-03")
    lines = [
        ("consume", "all", "--until-end"),
        ("consume", "order-funnel", "--until-end", "--workers", "2"),
        ("replay", "all", "--from-offset", "earliest", "--dry-run"),
        ("replay", "all", "--from-offset", "earliest", "--ledger-days", "20", "--workers", "2"),
        ("backfill", "all", *dates, "--yes", "--workers", "2"),
        ("backfill", "all", *dates, "--dry-run", "--json"),
        ("verify", "all", *dates),
        ("report", "all", "--date", "2026-10-01", "--json"),
        ("runs", "list", "--json"),
        ("dead-letters", "list", "--json"),
        ("dead-letters", "retry", "--all"),
        ("explain", f"{locked_log.name('sc.domain.order')}:0:0"),
        ("config", "show"),
        ("config", "show", "--json"),
        ("status",),
        ("status", "--json"),
        ("doctor",),
    ]
    for line in lines:
        outcome = silent(product.run(*line))
        allowed = {0, 3} if line[:2] == ("dead-letters", "retry") else {0}
        assert outcome.code in allowed, f"{line}\n{outcome.out}{outcome.err}"
    content = json.loads(product.ok("dead-letters", "list", "--json"))["dead_letters"]
    for each in content[:1]:
        silent(product.run("dead-letters", "show", each["id"]))
        assert product.run("dead-letters", "discard", each["id"]).code == 0
    with locked_mongo.client() as client:
        names = client[locked_store].list_collection_names()
        assert {f"analytics_{each.replace('-', '_')}" for each in PROJECTIONS} <= set(names)
        stored = {name: list(client[locked_store][name].find()) for name in names}
    _holds_no_secret(json_util.dumps(stored))


def test_no_secret_among_the_processes(product: Command) -> None:
    """Neither in the words of the command nor in those of its workers."""
    running = product.start("consume", "all", "--workers", "2")
    try:
        wait_until(lambda: len(_children(running.pid)) >= 6, what="six workers")
        words = "\n".join([_words(running.pid), *(_words(each) for each in _children(running.pid))])
    finally:
        outcome = stop(running)
    assert "sc_analytics_cli" in words
    _holds_no_secret(words)
    silent(outcome)
    assert outcome.code == 0, outcome.err


COMMANDS = (
    "consume order-funnel --until-end",
    "consume all",
    "replay --from-offset earliest --workers 2",
    "replay --from-offset earliest --dry-run",
    "backfill all --date 2026-10-01 --yes",
    "verify all --date 2026-10-01",
)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_wrong_kafka_password(product: Command, locked_kafka: KafkaServer, line: str) -> None:
    """Exit 4, naming the broker, whatever the command; also with --debug nothing is told."""
    address = locked_kafka.address_of("BOTH")
    wrong = with_variables(product, SC_ANALYTICS_SASL_PASSWORD=WRONG)
    began = time.monotonic()
    outcome = silent(wrong.run(*line.split(), "--debug"))
    assert time.monotonic() - began < 30
    assert outcome.code == 4, outcome.err
    assert f"Kafka at {address} refused the login of user 'analytics'" in outcome.err


@pytest.mark.parametrize("line", ["report", "runs list", "consume all", "dead-letters list"])
def test_a_wrong_store_password(product: Command, line: str) -> None:
    """Exit 4, naming MongoDB's host, in every way that a password may be said."""
    host = product.store.partition("@")[2].partition("/")[0]
    address = product.store.replace(f"{USER}@", f"{USER}:{WRONG}@")
    for wrong in (
        with_variables(product, SC_ANALYTICS_STORE_PASSWORD=WRONG),
        with_variables(product, SC_ANALYTICS_STORE_PASSWORD="", SC_ANALYTICS_STORE=address),
    ):
        outcome = silent(wrong.run(*line.split(), "--debug"))
        assert outcome.code == 4, outcome.err
        assert f"MongoDB at {host} refused the login of user 'analytics'" in outcome.err


def test_a_user_of_mongodb_without_a_password(product: Command) -> None:
    """It is missing, not wrong: exit 2, and where to say it."""
    outcome = with_variables(product, SC_ANALYTICS_STORE_PASSWORD="").run("report")
    assert outcome.code == 2, outcome.err
    assert "SC_ANALYTICS_STORE_PASSWORD" in outcome.err


def test_a_user_without_rights(product: Command, locked_mongo: LockedMongo) -> None:
    """Let in, but not allowed: exit 4, and the role that is needed."""
    with locked_mongo.client() as client:
        client.admin.command("createUser", "nobody", pwd=PASSWORD, roles=[])
    try:
        store = locked_mongo.address("nobody", None, "sc_test_none", authSource="admin")
        outcome = silent(with_variables(product, SC_ANALYTICS_STORE=store).run("report"))
    finally:
        with locked_mongo.client() as client:
            client.admin.command("dropUser", "nobody")
    assert outcome.code == 4, outcome.err
    assert "has not the right 'find'" in outcome.err


def test_a_kafka_user_without_rights(product: Command) -> None:
    """Let in, but not allowed to read: exit 4."""
    outcome = silent(
        with_variables(product, SC_ANALYTICS_SASL_USERNAME="stranger").run(
            "consume", "order-funnel", "--until-end"
        )
    )
    assert outcome.code == 4, outcome.err


def test_an_authority_of_mongodb_that_is_wrong(product: Command, trust: Trust) -> None:
    """Exit 5: nobody refused us, we refuse a server; what to look at is named."""
    store = product.store.replace(str(trust.ours.file), str(trust.other.file))
    outcome = silent(
        with_variables(product, SC_ANALYTICS_STORE=store, SC_ANALYTICS_TIMEOUT="2").run("report")
    )
    assert outcome.code == 5, outcome.err
    assert "certificate of MongoDB" in outcome.err
    assert "tlsCAFile" in outcome.err


def test_no_tls_where_mongodb_wants_it(product: Command) -> None:
    """Exit 5 in time, and TLS is mentioned."""
    store = product.store.partition("?")[0] + f"?authSource={product.store.rpartition('=')[2]}"
    outcome = silent(
        with_variables(product, SC_ANALYTICS_STORE=store, SC_ANALYTICS_TIMEOUT="2").run("report")
    )
    assert outcome.code == 5, outcome.err
    assert "tls=true" in outcome.err


def test_passwords_from_files(product: Command, tmp_path: Path) -> None:
    """As a container platform mounts them."""
    for name, password in (("store", PASSWORD), ("sasl", KAFKA_PASSWORD)):
        (tmp_path / name).write_text(password + "\n")
    outcome = silent(
        with_variables(product, SC_ANALYTICS_STORE_PASSWORD="", SC_ANALYTICS_SASL_PASSWORD="").run(
            "consume",
            "all",
            "--until-end",
            "--store-password-file",
            str(tmp_path / "store"),
            "--sasl-password-file",
            str(tmp_path / "sasl"),
        )
    )
    assert outcome.code == 0, outcome.err


def _holds_no_secret(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


def _children(pid: int) -> list[int]:
    return [int(each) for each in _ps("-o", "pid=", "--ppid", str(pid)).split()]


def _words(pid: int) -> str:
    return _ps("-ww", "-o", "args=", "-p", str(pid))


def _ps(*words: str) -> str:
    return subprocess.run(["ps", *words], capture_output=True, text=True, check=False).stdout
