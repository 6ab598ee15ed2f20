"""The other ways of looking at a report: hours, checks, files, terminals without Unicode."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from .command import Command, refused
from .demo_files import EVENTS, expected

SCREENS = Path(__file__).parent / "screens"
DAY = "2026-11-22"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with the demo's two weeks in it."""
    address = f"sqlite:///{tmp_path_factory.mktemp('views')}/demo.db"
    Command(address).ok("replay", "--source", str(EVENTS))
    return address


@pytest.fixture(scope="module")
def demo(store: str) -> Command:
    """The command on that store."""
    return Command(store)


@pytest.mark.parametrize("columns", ["60", "80", "100", "140"])
def test_one_date_on_a_screen(store: str, columns: str) -> None:
    """All three reports of a date, character by character, within the width."""
    shown = Command(store, COLUMNS=columns).ok("report", "--date", DAY)
    assert shown == (SCREENS / f"day-{columns}.txt").read_text(encoding="utf-8")
    assert max(map(len, shown.splitlines())) <= int(columns)


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONIOENCODING": ""},
        {"LANG": "C", "LC_ALL": "", "PYTHONIOENCODING": ""},
    ],
)
def test_without_unicode_the_screen_is_ascii(store: str, variables: dict[str, str]) -> None:
    """The same screen, drawn with other letters; nothing fails to be written."""
    shown = Command(store, COLUMNS="80", **variables).ok("report", "funnel", "--date", DAY)
    assert shown.isascii()
    assert "Orders created        ########" in shown
    assert "-" * 70 in shown


def test_a_pipe_is_as_wide_as_everything_needs(store: str) -> None:
    """Nothing is left out where no terminal says how wide it is, and there is no colour."""
    command = Command(store)
    del command._environment["COLUMNS"]
    shown = command.ok("report", "funnel", "--date", DAY)
    assert "14 days" in shown
    assert "Sun 15 Nov" in shown
    assert "\x1b" not in shown
    assert shown == Command(store, COLUMNS="140").ok("report", "funnel", "--date", DAY)


def test_hours_add_up_to_the_day(demo: Command) -> None:
    """A line for each of the 24, and a total that is the document's."""
    shown = demo.ok("report", "funnel", "--hours", "--date", DAY)
    (day,) = [each for each in expected("funnel") if each["date"] == DAY]
    lines = [line.split() for line in shown.splitlines()]
    assert [line[0] for line in lines if line and line[0].endswith(":00")] == [
        f"{hour:02}:00" for hour in range(24)
    ]
    (total,) = [line for line in lines if line and line[0] == "Total"]
    assert total[1:4] == [
        str(day[name]) for name in ("orders_created", "payments_initiated", "payments_succeeded")
    ]


def test_a_check_of_a_date_like_others_is_silent(demo: Command) -> None:
    """Nothing on either stream, exit 0: cron has nothing to tell."""
    outcome = demo.run("report", "--check", "--date", DAY)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_check_says_what_it_cannot_judge(demo: Command) -> None:
    """Silence would be taken for a good answer."""
    outcome = demo.run("report", "funnel", "--check", "--date", "2026-11-11")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (
        "funnel 2026-11-11 is not judged: 2 days before it have figures, 7 are needed; "
        "wait for them, or read an archive: sc-analytics replay order-funnel --source FILE\n"
    )
    outcome = demo.run("report", "funnel", "--check", "--date", "2026-11-10")
    assert "is not judged: 1 day before it has figures, 7 are needed" in outcome.err


def silent_day(folder: Path) -> Command:
    """A store with ten days of 96 orders and nothing since; today is the eleventh."""
    now = datetime.now(UTC)
    events = [
        {
            "event_id": f"{ago}-{number}",
            "event_type": "order.created",
            "occurred_at": (midnight + timedelta(minutes=15 * number)).isoformat(),
        }
        for ago in range(1, 11)
        for midnight in [now.replace(hour=0, minute=0, second=0) - timedelta(days=ago)]
        for number in range(96)
    ]
    file = folder / "events.ndjson"
    file.write_text("".join(json.dumps(each) + "\n" for each in events))
    command = Command(f"sqlite:///{folder}/store.db")
    command.ok("replay", "order-funnel", "--source", str(file))
    return command


def test_a_check_of_a_broken_date_says_so_and_exits_with_8(tmp_path: Path) -> None:
    """In a line a mark, or as JSON; yesterday, which is over, tells it at any time of the day."""
    command = silent_day(tmp_path)
    empty = {"event_id": "x", "event_type": "order.cancelled"}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert command.run("report", "funnel", "--check", "--date", tomorrow).code == 0
    assert command.run("report", "funnel", "--check", "--date", "yesterday").code == 0
    fifth = datetime.now(UTC) - timedelta(days=1)
    file = tmp_path / "more.ndjson"
    file.write_text(
        "".join(
            json.dumps(empty | {"event_id": f"x{n}", "occurred_at": fifth.isoformat()}) + "\n"
            for n in range(60)
        )
    )
    command.ok("replay", "order-funnel", "--source", str(file))
    outcome = command.run("report", "funnel", "--check", "--date", "yesterday")
    assert outcome.code == 8
    assert outcome.out == f"funnel {fifth.date()}: ▲ Orders cancelled 60, usually 0\n"
    assert outcome.err == ""
    outcome = command.run("report", "funnel", "--check", "--json", "--date", "yesterday")
    assert outcome.code == 8
    found = json.loads(outcome.out)
    assert found["schema"] == "sc-analytics.check/1"
    (mark,) = found["marks"]
    assert (mark["field"], mark["value"], mark["usually"]) == ("orders_cancelled", 60, [0, 0])
    assert [each["enough"] for each in found["judged"]] == [True]


@pytest.mark.parametrize("form", ["svg", "html", "md", "csv", "json"])
def test_a_file_is_written_whole_and_nothing_else_is_left(
    demo: Command, tmp_path: Path, form: str
) -> None:
    """An older file is replaced, and keeps who may read it."""
    file = tmp_path / f"report.{form}"
    file.write_text("old")
    file.chmod(0o640)
    outcome = demo.run("report", "funnel", "--date", DAY, "--export", str(file))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", f"wrote {file}\n")
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o640
    text = file.read_text(encoding="utf-8")
    assert "old" not in text[:10]
    if form == "csv":
        assert list(csv.reader(StringIO(text)))[1][:2] == [DAY, "55"]
    elif form == "json":
        assert json.loads(text)["reports"]["funnel"][0]["orders_created"] == 55
    else:
        assert "Payment" in text


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--export", "report.txt"), "the form of a file is told by how its name ends"),
        (("--export", "report"), "the form of a file is told by how its name ends"),
        (("--export", "report.csv"), "a CSV file holds one report"),
        (("--export", "nowhere/report.md"), "cannot be written"),
        (("--export", "report.json", "--hours"), "--hours is no part of"),
        (("--export", "report.md", "--json"), "exclude each other"),
        (("--watch", "--json"), "exclude each other"),
        (("--watch", "--check"), "exclude each other"),
        (("--check", "funnel", "--csv"), "exclude each other"),
        (("--hours", "--json"), "--hours is a table for people"),
        (("--by", "colour"), "rank nothing by 'colour'"),
        (("users", "--by", "community"), "rank nothing by 'community'"),
        (("5",), "goes with --watch"),
        (("--watch", "0.1"), "it is from 0.5 to"),
        (("--watch", "1", "2"), "one number of seconds"),
    ],
)
def test_what_does_not_go_together_is_refused(
    demo: Command, tmp_path: Path, flags: tuple[str, ...], words: str
) -> None:
    """Exit 2, and nothing is written."""
    own = [
        str(tmp_path / flag) if flag.startswith(("report", "nowhere")) else flag for flag in flags
    ]
    refused(demo.run("report", "--date", DAY, *own), 2, words)
    assert list(tmp_path.iterdir()) == []


def test_rankings_can_be_longer_and_fewer(demo: Command) -> None:
    """`--top` and `--by` choose; of several dates, too."""
    for dates in (DAY, f"2026-11-20..{DAY}"):
        shown = demo.ok("report", "revenue", "--date", dates, "--top", "2", "--by", "community")
        assert "Revenue by promotion" not in shown
        ranked = shown.partition("Revenue by community")[2].partition("\n\n")[0].splitlines()[2:]
        assert [line.split()[0] for line in ranked][-1] == "and"
        assert len(ranked) == 3
