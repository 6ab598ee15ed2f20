"""`backfill` at the terminal: the plan, the question, a dry run, stale dates, and its record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.databases import fresh_database
from tests.integration.documents import dump, raw_documents
from tests.integration.product import wait_until
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .command import misused, refused
from .mended import DATES, RANGE, Consumed, consumed, edit
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
    assert f"Rewrite 3 dates of order-funnel in {store.name}? [y/N] " in terminal.seen
    assert orders(store)[0] == 41
    terminal.type("y\n")
    code, out = terminal.ended()
    assert code == 0, terminal.seen
    assert re.search(r"2026-10-01 +orders_created +41 +1 +-40", out), out
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
        "incomplete": [],
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
    assert again.code == 0, again.err
    assert "nothing differs" in again.out


def test_which_dates_must_be_said(store: Consumed) -> None:
    """Neither none nor two ways at once; nor a range that runs backwards."""
    refused(store.command.run("backfill", "--yes"), 2, "which dates", "--stale")
    refused(store.command.run("backfill", "--stale", "--date", RANGE, "--yes"), 2, "which dates")
    refused(store.command.run("verify"), 2, "which dates")
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
    assert dump(store.command.store) == before


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


def test_a_run_that_there_is_not(store: Consumed) -> None:
    """Exit 6, and how to see those that there are."""
    refused(store.command.run("runs", "show", "x"), 6, "there is no run 'x'", "runs list")
