"""`report` for people and programs: which dates, which fields, in which order, on which stream."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.integration.product import finish

from .command import Command, misused, refused
from .demo_files import DATES, EVENTS, FIELDS, MAPS, expected
from .labelled import order_created


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A store with the demo's two weeks in it."""
    command = Command(f"sqlite:///{tmp_path_factory.mktemp('demo')}/demo.db")
    outcome = command.run("replay", "--source", str(EVENTS))
    assert outcome.code == 0, outcome.err
    assert outcome.out == "", "a replay has no results but the documents"
    assert "\x1b" not in outcome.err, "colours and bars are for terminals"
    return command


def rows_of(command: Command, report: str, *flags: str) -> list[dict[str, Any]]:
    """The rows that `report --json` gives."""
    return json.loads(command.ok("report", report, "--json", *flags))["reports"][report]


def test_json_is_one_document_of_the_schema(demo: Command) -> None:
    """Schema, zone, instant and the three reports, with every field in its order."""
    outcome = demo.run("report", "all", "--json", "--date", DATES)
    assert outcome.code == 0
    assert outcome.err == ""
    document = json.loads(outcome.out)
    assert list(document) == ["schema", "timezone", "generated_at", "reports"]
    assert document["schema"] == "sc-analytics.report/1"
    assert document["timezone"] == "UTC"
    assert document["generated_at"].endswith("Z")
    assert list(document["reports"]) == ["funnel", "revenue", "users"]
    for report, rows in document["reports"].items():
        names = ["date", "status", *FIELDS[report], *MAPS[report], "hours", "version", "updated_at"]
        assert [list(row) for row in rows] == [names] * 14
        for row, wanted in zip(rows, expected(report), strict=True):
            assert {name: row[name] for name in wanted} == wanted
            assert row["status"] == "complete"


def test_json_holds_the_reports_asked_for(demo: Command) -> None:
    """Two of them, however they are ordered and repeated on the command line."""
    out = demo.ok("report", "users", "funnel", "users", "--json", "--date", "2026-11-09")
    assert list(json.loads(out)["reports"]) == ["funnel", "users"]


@pytest.mark.parametrize("report", FIELDS)
def test_csv_is_a_header_and_a_row_a_date(demo: Command, report: str) -> None:
    """The scalar fields in their order; null is empty and a missing date has only its date."""
    outcome = demo.run("report", report, "--csv", "--date", "2026-11-08..2026-11-22")
    assert outcome.code == 0
    assert outcome.err == ""
    header, missing, *rows = csv.reader(StringIO(outcome.out))
    assert header == ["date", *FIELDS[report]]
    assert missing == ["2026-11-08", *[""] * len(FIELDS[report])]
    assert rows == [
        ["" if document[name] is None else str(document[name]) for name in header]
        for document in expected(report)
    ]


def test_a_table_is_for_stdout_alone(demo: Command) -> None:
    """Nothing is said on stderr, nothing of a terminal's is in the text; reports stand apart."""
    outcome = demo.run("report", "--date", DATES)
    assert outcome.code == 0
    assert outcome.err == ""
    assert "\x1b" not in outcome.out
    reports = outcome.out.split("\n\n")
    titles = [each.partition(":")[0] for each in reports if ", 14 dates, UTC" in each]
    assert titles == ["Funnel", "Revenue", "Users"]


def test_a_date_is_missing_complete_or_partial(tmp_path: Path) -> None:
    """Missing without a document, partial while it is not over; a missing date has no figures."""
    command = Command(f"sqlite:///{tmp_path}/store.db")
    report = json.loads(_with_orders_of_today(command, tmp_path).ok("report", "funnel", "--json"))
    today = report["generated_at"][:10]
    assert [(row["date"], row["status"]) for row in report["reports"]["funnel"]] == [
        (today, "partial")
    ]
    rows = rows_of(command, "funnel", "--date", "yesterday", "--date", "2001-01-02..2001-01-03")
    assert [row["status"] for row in rows] == ["missing", "complete", "missing"]
    assert [len(row) for row in rows if row["status"] == "missing"] == [2, 2]


def test_the_forms_of_dates(demo: Command) -> None:
    """Days, ranges with both ends, words and ages, repeated; in the order asked, each once."""
    forms = {
        "2026-11-22 2026-11-20..2026-11-21 2026-11-22": ["2026-11-22", "2026-11-20", "2026-11-21"],
        "yesterday": [1],
        "-7d..yesterday": [7, 6, 5, 4, 3, 2, 1],
        "-2d..today": [2, 1, 0],
        "": [0],
    }
    for text, wanted in forms.items():
        flags = [word for each in text.split() for word in ("--date", each)]
        report = json.loads(demo.ok("report", "users", "--json", *flags))
        now = datetime.fromisoformat(report["generated_at"])
        days = [
            each if isinstance(each, str) else (now - timedelta(days=each)).date().isoformat()
            for each in wanted
        ]
        assert [row["date"] for row in report["reports"]["users"]] == days, text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("22.11.2026", "is not understood as a date"),
        ("2026-02-30", "no such date in the calendar"),
        ("2026-11-22..2026-11-20", "ends before it starts"),
        ("1969-12-31", "lies outside the years"),
        ("1970-01-01..2026-01-01", "are too many"),
        ("..2026-11-22", "is not understood as a date"),
    ],
)
def test_dates_that_are_not_understood(demo: Command, text: str, words: str) -> None:
    """Exit 2 with what can be typed instead."""
    refused(demo.run("report", "--date", text), 2, words, "next:  --date ")


def test_an_empty_date_is_no_date(demo: Command) -> None:
    """A variable that a script left empty is an error, not today."""
    misused(demo.run("report", "--date", ""), "--date")


def test_today_is_that_of_the_stores_zone(tmp_path: Path) -> None:
    """Where the store was built 14 hours ahead of UTC, today may be tomorrow."""
    events = tmp_path / "events.ndjson"
    events.write_bytes(order_created(0, 0))
    command = Command(f"sqlite:///{tmp_path}/store.db")
    command.ok("replay", "--source", str(events), "--timezone", "Pacific/Kiritimati")
    report = json.loads(command.ok("report", "funnel", "--json"))
    assert report["timezone"] == "Pacific/Kiritimati"
    now = datetime.fromisoformat(report["generated_at"]) + timedelta(hours=14)
    assert [row["date"] for row in report["reports"]["funnel"]] == [now.date().isoformat()]


def test_a_reader_who_has_seen_enough_is_no_error(demo: Command) -> None:
    """`report … | head -1`: no traceback and no message."""
    process = demo.start("report", "users", "--csv", "--date", "-3600d..today")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("date,registrations")
    process.stdout.close()
    process.stdout = None
    assert finish(process).err == ""


def _with_orders_of_today(command: Command, folder: Path) -> Command:
    now = json.loads(order_created(0, 0)) | {"event_id": "now"}
    now["occurred_at"] = datetime.now().astimezone().isoformat()
    file = folder / "today.ndjson"
    file.write_bytes(json.dumps(now).encode() + b"\n" + order_created(0, 1) + b"\n")
    command.ok("replay", "order-funnel", "--source", str(file))
    return command
