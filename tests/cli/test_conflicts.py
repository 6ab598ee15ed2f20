"""What would contradict the store: exit code 7, naming both sides and the way out."""

from __future__ import annotations

import json
import shlex
from functools import partial
from pathlib import Path

import pytest

from tests.integration.documents import dump
from tests.servers.kafka import KafkaServer

from .command import Command, refused, side_by_side
from .labelled import Labelled, absorbed, new_topic, order_created

BUILT_WITH = ("--timezone", "Europe/Berlin", "--leader-roles", "lead,captain", "--currency", "EUR")


@pytest.fixture(scope="module")
def built(labelled: Labelled, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A store that was built with settings of its own, in front of the labelled log."""
    folder = tmp_path_factory.mktemp("built")
    file = folder / "events.ndjson"
    file.write_bytes(order_created(5, 5))
    command = Command(f"sqlite:///{folder}/store.db", *labelled.flags, servers=labelled.servers)
    command.ok("replay", "order-funnel", "--source", str(file), *BUILT_WITH)
    return command


def test_other_settings_are_refused_by_what_writes(built: Command) -> None:
    """consume, replay and a dry run name both values of what differs, and the way out."""
    lines = {
        "consume order-funnel --until-end --leader-roles captain,lead --currency eur": (
            "--timezone Europe/Berlin, not UTC",
        ),
        "replay order-funnel --from-offset 0 --timezone Europe/Berlin": (
            "--leader-roles captain,lead, not leader",
            "--currency EUR, not (any)",
        ),
        "replay order-funnel --from-offset 0 --dry-run": ("--timezone Europe/Berlin, not UTC",),
    }
    before = dump(built.store)
    outcomes = side_by_side({each: partial(built.run, *each.split()) for each in lines})
    for line, words in lines.items():
        refused(outcomes[line], 7, "the store was built with", "another --store", *words)
    assert dump(built.store) == before


def test_a_report_shows_the_stores_own_settings(built: Command) -> None:
    """Other settings are no reason to refuse a report; it says which zone its dates are in."""
    out = built.ok("report", "funnel", "--date", "2006-01-06", "--json", "--timezone", "Asia/Tokyo")
    report = json.loads(out)
    assert report["timezone"] == "Europe/Berlin"
    assert report["reports"]["funnel"][0]["orders_created"] == 1


def test_the_settings_advised_are_accepted(built: Command) -> None:
    """What the refusal says to type works as it stands."""
    outcome = built.run("replay", "order-funnel", "--from-offset", "latest")
    advice = outcome.err.partition("use the store's settings (")[2].partition(")")[0]
    built.ok("replay", "order-funnel", "--from-offset", "latest", *shlex.split(advice))


def test_a_replay_that_would_leave_a_hole(labelled: Labelled, embedded: str) -> None:
    """It is refused, nothing is written, and the command it names fills the gap."""
    command = Command(embedded, *labelled.flags, servers=labelled.servers)
    command.ok("replay", "order-funnel", "--from-offset", "0", "--to-offset", "2")
    before = dump(embedded)
    outcome = command.run("replay", "order-funnel", "--from-offset", "0:4")
    refused(outcome, 7, f"has absorbed {labelled.topic}/0 up to offset 2", "would leave a hole")
    assert dump(embedded) == before
    advice = outcome.err.partition("next:")[2].split()
    assert advice == ["--from-offset", "0:2"]
    command.ok("replay", "order-funnel", *advice)
    assert absorbed(embedded) == {"0:0", "0:1", "0:2", "0:3", "0:4", "1:0", "1:1"}


def test_a_topic_created_anew(kafka: KafkaServer, tmp_path: Path) -> None:
    """Its offsets mean other records now, also where the new log has grown past the old end."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 2})
    command = Command(f"sqlite:///{tmp_path}/a.db", *log.flags, servers=log.servers)
    command.ok("consume", "order-funnel", "--until-end")
    log.create_anew()
    log.append(0, 0, 5)
    before = dump(command.store)
    outcome = command.run("consume", "order-funnel", "--until-end")
    refused(outcome, 7, f"{log.topic}/0 is not the log that was read before", "created again")
    assert dump(command.store) == before
