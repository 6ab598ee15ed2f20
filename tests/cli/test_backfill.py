"""`backfill` at the terminal: the plan, the question, a dry run, stale dates, and its record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests.integration.databases import fresh_database
from tests.integration.documents import dump, raw_documents
from tests.integration.product import wait_until
from tests.oracle.sample import event
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import misused, refused
from .mended import DATES, RANGE, Consumed, append, consumed, edit
from .terminal import Terminal

FUNNEL = "analytics_order_funnel"


@pytest.fixture(scope="module")
def store(kafka: KafkaServer, mongo: MongoServer) -> Iterator[Consumed]:
    """A consumed log; every test spoils a document first, or leaves all as it is."""
    with fresh_database(mongo) as uri:
        yield consumed(kafka.bootstrap_servers, uri)


def spoil(store: Consumed, *dates: str) -> None:
    """Count other orders than there are."""
    for date in dates or DATES[:1]:
        edit(store.command.store, FUNNEL, date, {"$set": {"orders_created": 41}})


def orders(store: Consumed) -> list[int]:
    """The orders created on each date."""
    return [raw_documents(store.command.store, FUNNEL)[date]["orders_created"] for date in DATES]


def test_the_plan_and_the_question_come_before_anything_is_done(store: Consumed) -> None:
    """On standard error, in words; yes does it, and the difference is on standard output."""
    spoil(store)
    terminal = Terminal(store.command, "backfill", "order-funnel", "--date", RANGE)
    terminal.wait_for("[y/N] ")
    assert (
        "order-funnel: 2026-10-01 … 2026-10-03, 3 dates, UTC, both ends included" in terminal.seen
    )
    question = f"Rewrite 3 dates of order-funnel in {store.name} (consumers may go on)? [y/N] "
    assert question in terminal.seen
    assert orders(store)[0] == 41
    terminal.type("y\n")
    code, out = terminal.ended()
    assert code == 0, terminal.seen
    assert re.search(r"2026-10-01 +orders_created +41 +1 +-40", out), out
    identity = runs(store)[-1]["id"]
    assert f"1 date rewritten · run {identity} · sc-analytics runs show {identity}" in terminal.seen
    assert orders(store) == [1, 1, 0]


@pytest.mark.parametrize(("keys", "code"), [("n\n", 2), ("\n", 2), ("\x04", 2), ("\x03", 130)])
def test_anything_but_yes_leaves_everything_as_it_is(store: Consumed, keys: str, code: int) -> None:
    """No, nothing, the end of input; Ctrl-C interrupts."""
    spoil(store)
    before = dump(store.command.store)
    terminal = Terminal(store.command, "backfill", "order-funnel", "--date", RANGE)
    terminal.wait_for("[y/N] ")
    terminal.type(keys)
    ended, out = terminal.ended()
    assert (ended, out) == (code, "")
    assert ("interrupted" if code == 130 else "nothing was done") in terminal.seen
    assert "Traceback" not in terminal.seen
    assert dump(store.command.store) == before


def test_a_dry_run_shows_a_table_and_writes_nothing(store: Consumed) -> None:
    """Date, field, before, after, difference, and the dates that stay; the store is as it was."""
    store.command.ok("backfill", "--date", RANGE, "order-funnel", "revenue", "--yes")
    spoil(store)
    before = dump(store.command.store)
    for workers in ("1", "2"):
        outcome = store.command.run(
            "backfill", "order-funnel", "--date", RANGE, "--dry-run", "--workers", workers
        )
        assert outcome.code == 0
        words = outcome.out.split()
        assert words[:6] == ["order-funnel", "date", "field", "before", "after", "difference"]
        assert re.search(r"2026-10-01 +orders_created +41 +1 +-40", outcome.out)
        assert "order-funnel: unchanged 2026-10-02 … 2026-10-03" in outcome.out
        assert "nothing was written" in outcome.err
        assert dump(store.command.store) == before


def test_a_dry_run_as_json(store: Consumed) -> None:
    """The same as one document."""
    spoil(store)
    told = json.loads(store.command.ok("backfill", "--date", RANGE, "--dry-run", "--json",
                                       "order-funnel", "revenue"))  # fmt: skip
    assert told == {
        "schema": "sc-analytics.differences/1",
        "differences": [
            {
                "projection": "order-funnel",
                "date": DATES[0],
                "field": "orders_created",
                "key": None,
                "before": 41,
                "after": 1,
            }
        ],
        "unchanged": {"order-funnel": list(DATES[1:]), "revenue": list(DATES)},
        "left_alone": {},
        "incomplete": [],
        "not_absorbed": [],
    }


def test_a_dry_run_of_what_was_never_consumed_writes_nothing(
    kafka: KafkaServer, mongo: MongoServer, store: Consumed
) -> None:
    """Neither a claim, a journal, a dead letter nor the store's settings."""
    with fresh_database(mongo) as uri:
        command = store.command.on(uri)
        outcome = command.run("backfill", "order-funnel", "revenue", "--date", RANGE, "--dry-run",
                              "--workers", "2")  # fmt: skip
        assert outcome.code == 0, outcome.err
        assert re.search(r"revenue_by_community: läufer.köln +– +1,250 +\+1,250", outcome.out)
        assert dump(uri) == {}


def test_stale_dates_are_those_of_an_older_version(store: Consumed) -> None:
    """One document says that version 0 has folded it: it alone is rebuilt, and once."""
    edit(store.command.store, FUNNEL, DATES[1], {"$set": {"version": 0}})
    outcome = store.command.run("backfill", "order-funnel", "--stale", "--yes")
    assert outcome.code == 0, outcome.err
    assert "order-funnel: 2026-10-02, 1 date, UTC" in outcome.err
    assert raw_documents(store.command.store, FUNNEL)[DATES[1]]["version"] == 1
    again = store.command.run("backfill", "order-funnel", "--stale", "--yes")
    assert (again.code, again.out, again.err) == (0, "", "no date is stale\n")
    for line in (
        ("backfill", "--stale"),
        ("backfill", "--stale", "--dry-run"),
        ("verify", "--stale"),
    ):
        outcome = store.command.run(*line)
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "no date is stale\n"), line


def test_verify_takes_stale_dates_too(store: Consumed) -> None:
    """The version is told in the heading, not as a figure; a dry run says the same."""
    edit(store.command.store, FUNNEL, DATES[1], {"$set": {"version": 0, "orders_created": 5}})
    outcome = store.command.run("verify", "order-funnel", "--stale")
    assert outcome.code == 8
    lines = [line.split() for line in outcome.out.splitlines() if line.strip()]
    assert lines[0] == ["order-funnel;", "version", "0", "→", "1:", DATES[1]]
    assert lines[1] == ["date", "field", "stored", "log", "difference"]
    assert lines[3:] == [[DATES[1], "orders_created", "5", "1", "-4"]]
    store.command.ok("backfill", "order-funnel", "--stale", "--yes")


def test_dates_that_have_not_begun_are_refused_unless_they_have_a_document(store: Consumed) -> None:
    """Nothing can be known of them; a document of one was made by a wrong clock."""
    for line in (("backfill", "--yes"), ("backfill", "--dry-run"), ("verify",)):
        outcome = store.command.run(*line, "order-funnel", "--date", "2998-12-24..2998-12-26")
        refused(outcome, 2, "these dates have not begun: 2998-12-24 … 2998-12-26", "today is")
    wrong = {"_id": "2998-12-24", "date": "2998-12-24", "orders_created": 3}
    with MongoClient[dict[str, Any]](store.command.store) as client:
        client.get_default_database()[FUNNEL].insert_one(wrong)
    store.command.ok("backfill", "order-funnel", "--date", "2998-12-24", "--yes")
    assert "2998-12-24" not in raw_documents(store.command.store, FUNNEL)


def test_which_dates_must_be_said(store: Consumed) -> None:
    """Neither none nor two ways at once; nor a range that runs backwards."""
    for verb in ("backfill", "verify"):
        refused(store.command.run(verb), 2, f"{verb} needs to know which dates", "--stale")
        both = store.command.run(verb, "--stale", "--date", RANGE)
        refused(both, 2, "--date and --stale exclude each other")
    for dates in ("2026-10-03..2026-10-01", "2026-02-30", "", ".."):
        refused(store.command.run("backfill", "--date", dates, "--yes"), 2)
    misused(store.command.run("backfill", "--date", RANGE, "--workers", "0"), "--workers")


def test_the_slack_is_any_time_up_to_a_year(store: Consumed) -> None:
    """None at all, or days; what is no duration or too long is told apart."""
    line = ("verify", "order-funnel", "--date", RANGE, "--slack")
    for slack in ("0", "30d"):
        assert store.command.run(*line, slack).code in (0, 8)
    refused(store.command.run(*line, "400d"), 2, "'400d' is not a duration from 0")
    refused(store.command.run(*line, "soon"), 2, "'soon' is not a duration")


def test_verify_is_quiet_where_nothing_differs_and_exits_with_8_where_it_does(
    store: Consumed,
) -> None:
    """For cron: output only where there is something to look at."""
    store.command.ok("backfill", "order-funnel", "revenue", "--date", RANGE, "--yes")
    before = dump(store.command.store)
    line = ("verify", "order-funnel", "revenue", "--date", RANGE)
    quiet = store.command.run(*line)
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert dump(store.command.store) == before
    spoil(store)
    before = dump(store.command.store)
    loud = store.command.run(*line, "--workers", "2")
    assert loud.code == 8
    assert "orders_created" in loud.out
    assert loud.err == ""
    assert dump(store.command.store) == before


def test_verify_says_on_a_terminal_that_all_is_well(store: Consumed) -> None:
    """On standard error; what is piped on stays empty."""
    store.command.ok("backfill", "order-funnel", "revenue", "--date", RANGE, "--yes")
    terminal = Terminal(store.command, "verify", "order-funnel", "--date", RANGE)
    code, out = terminal.ended()
    assert (code, out) == (0, "")
    assert "3 dates agree with the log (3 documents)" in terminal.seen


def test_records_that_nobody_absorbs_are_told_apart(kafka: KafkaServer, mongo: MongoServer) -> None:
    """By verify, after a wait, with exit 8; by a dry run at once; neither calls them wrong."""
    with fresh_database(mongo) as uri:
        store = consumed(kafka.bootstrap_servers, uri)
        late = [event("order.created", at=f"{DATES[0]}T23:00Z") for _ in range(2)]
        append(kafka.bootstrap_servers, store.topic, list(late))
        words = (
            "order-funnel: 2 records since 2026-10-03 20:00:00Z are in the log and not absorbed yet"
        )
        verified = store.command.run("verify", "order-funnel", "--date", RANGE)
        assert (verified.code, verified.out) == (8, "")
        assert verified.err == f"{words}: is the consumer running? sc-analytics status\n"
        told = json.loads(
            store.command.run("verify", "order-funnel", "--date", RANGE, "--json").out
        )
        assert (told["differences"], told["unchanged"]) == ([], {"order-funnel": list(DATES)})
        since = "2026-10-03T20:00:00.000Z"
        assert told["not_absorbed"] == [
            {"projection": "order-funnel", "records": 2, "since": since}
        ]
        dry = store.command.run("backfill", "order-funnel", "--date", RANGE, "--dry-run")
        assert dry.code == 0
        assert words in dry.err
        assert re.search(r"2026-10-01 +orders_created +1 +3 +\+2", dry.out)


def runs(store: Consumed) -> list[dict[str, Any]]:
    """What `runs list --json` gives."""
    told = json.loads(store.command.ok("runs", "list", "--json"))
    assert told["schema"] == "sc-analytics.runs/1"
    return list(told["runs"])


def test_a_run_is_recorded_with_every_field_before_and_after(store: Consumed) -> None:
    """Who, when, which code, which dates, how many events were read."""
    spoil(store)
    store.command.ok("backfill", "order-funnel", "--date", RANGE, "--yes")
    last = runs(store)[-1]
    assert last["status"] == "done"
    assert last["dates"] == {"order-funnel": list(DATES)}
    assert last["events_read"] == 8
    assert "@" in last["who"]
    shown = store.command.ok("runs", "show", last["id"])
    assert last["code_version"] in shown
    assert re.search(r"events read +8", shown)
    assert re.search(r"2026-10-01 +orders_created +41 +1 +-40", shown)
    (told,) = json.loads(store.command.ok("runs", "show", last["id"], "--json"))["runs"]
    assert [(each["field"], each["before"], each["after"]) for each in told["changes"]] == [
        ("orders_created", 41, 1)
    ]
    assert last["id"] in store.command.ok("runs", "list")


def test_a_killed_run_is_unfinished_and_can_be_run_again(
    kafka: KafkaServer, store: Consumed
) -> None:
    """What it had not done yet is done by the next one."""
    spoil(store, *DATES[:2])
    known = {each["id"] for each in runs(store)}
    terminal = Terminal(store.command, "backfill", "order-funnel", "--date", RANGE)
    terminal.wait_for("[y/N] ")
    kafka.pause()
    terminal.type("y\n")
    recorded = lambda: raw_documents(store.command.store, "analytics_runs").keys()  # noqa: E731
    wait_until(lambda: recorded() != known)
    terminal.process.kill()
    terminal.ended()
    kafka.resume()
    (mine,) = [each for each in runs(store) if each["id"] not in known]
    assert mine["status"] == "unfinished"
    assert "unfinished" in store.command.ok("runs", "list")
    assert re.search(r"status +unfinished", store.command.ok("runs", "show", mine["id"]))
    assert orders(store) == [41, 41, 0]
    store.command.ok("backfill", "order-funnel", "--date", RANGE, "--yes")
    assert orders(store) == [1, 1, 0]
