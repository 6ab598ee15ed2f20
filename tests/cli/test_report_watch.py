"""`report --watch` on a real terminal and a real MongoDB: patient, in place, clean in the end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.mongo import MongoServer

from .command import Command
from .window import Window

ALTERNATE, BACK = "\x1b[?1049h", "\x1b[?1049l"
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"


def counted(command: Command, folder: Path, name: str, orders: int) -> None:
    """So many more orders of today."""
    file = folder / f"{name}.ndjson"
    event = {"event_type": "order.created", "occurred_at": datetime.now(UTC).isoformat()}
    lines = [json.dumps(event | {"event_id": f"{name}-{n}"}) + "\n" for n in range(orders)]
    file.write_text("".join(lines))
    command.ok("replay", "order-funnel", "--source", str(file))


@pytest.fixture
def command(mongo_database: str, tmp_path: Path) -> Command:
    """The command on a database in which today has seven orders."""
    command = Command(mongo_database)
    counted(command, tmp_path, "first", 7)
    return command


def watching(command: Command, *flags: str) -> Window:
    """A terminal in which a report is watched."""
    words = ("report", "funnel", "--watch", "0.5", "--timeout", "1", *flags)
    return Window(command._environment, *words)


def test_it_draws_in_place_and_leaves_the_terminal_clean(
    command: Command, tmp_path: Path, mongo: MongoServer
) -> None:
    """New figures, another size, a MongoDB that goes away and comes back, and Ctrl-C."""
    terminal = watching(command)
    seen = terminal.shows("every 0.5 s · Ctrl-C ends")
    assert ALTERNATE in terminal.text
    assert HIDDEN in terminal.text
    assert " 7" in terminal.text

    counted(command, tmp_path, "second", 35)
    seen = terminal.shows("42", after=seen)

    terminal.resize(60)
    seen = terminal.shows("─" * 58, after=seen)
    assert "─" * 61 not in terminal.text[seen:]

    mongo.pause()
    seen = terminal.shows("MongoDB does not answer", after=seen)
    terminal.resize(70)
    seen = terminal.shows("42", after=seen)
    mongo.resume()
    counted(command, tmp_path, "third", 8)
    seen = terminal.shows("50", after=seen)

    terminal.press(b"\x03")
    assert terminal.ends() == 130
    end = terminal.text[seen:]
    assert BACK in end
    assert SHOWN in end
    assert "50" in end.partition(BACK)[2], "the last figures stay on the terminal"
    assert "interrupted" in end
    assert "Traceback" not in terminal.text


def test_elsewhere_than_on_a_terminal_each_look_is_below_the_last(command: Command) -> None:
    """Plain text, for a log; an interrupt ends it with 130."""
    process = command.grouped("report", "funnel", "--watch", "0.5")
    assert process.stdout is not None
    titles = 0
    while titles < 3:
        line = process.stdout.readline()
        assert line, "it ended by itself"
        assert "\x1b" not in line
        titles += line.startswith("Funnel: ")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_a_store_that_is_not_there_at_the_start_ends_it() -> None:
    """There is nothing to show; exit 5 as without --watch."""
    done = subprocess.run(
        [sys.executable, "-m", "sc_analytics_cli", "report", "--watch", "--timeout", "0.5"],
        env=Command("mongodb://127.0.0.1:1/x")._environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 5, done.stderr
    assert "MongoDB does not answer" in done.stderr
