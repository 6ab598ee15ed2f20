"""Tab in real shells: what is offered for a line, and what is never shown."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .command import Command, side_by_side

EVENT = (
    '{{"event_id":"{0}","event_type":"order.created","occurred_at":"{0}T10:00:00Z",'
    '"aggregate_id":"o"}}\n'
)
BREAKS = re.compile(r"([:=])")
"""Where bash takes words apart (COMP_WORDBREAKS), as far as it matters here."""

ESCAPES = re.compile(r"\x1b(?:\[[0-9;?>=]*[A-Za-z]|[()].|[=>])")
"""How a terminal is told of colours and places."""

ENTRY_POINT = """#!/bin/sh
exec {python} -c 'import sys; sys.argv[0] = "sc-analytics"
from sc_analytics_cli.__main__ import main; main()' "$@"
"""


class Home:
    """A home folder with a store of two dates, one run and one dead letter, and our command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = Command(f"sqlite:///{folder}/store.db")
        (folder / "events.ndjson").write_text(
            EVENT.format("2026-11-20") + EVENT.format("2026-11-21") + "not JSON\n"
        )
        source = ("--source", f"{folder}/events.ndjson")
        self.command.ok("replay", "order-funnel", *source)
        self.command.ok("backfill", "order-funnel", *source, "--date", "2026-11-20", "--yes")
        (folder / "bin").mkdir()
        entry = folder / "bin/sc-analytics"
        entry.write_text(ENTRY_POINT.format(python=shlex.quote(sys.executable)))
        entry.chmod(0o755)

    def environment(self, **variables: str) -> dict[str, str]:
        """Of a shell in this home."""
        foreign = ("COLUMNS", "ENV", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR")
        own = {k: v for k, v in self.command._environment.items() if k not in foreign}
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        shell = {"HOME": str(self.folder), "PATH": path, "TERM": "dumb", "PS1": "$ "}
        return own | shell | variables

    def bash(self, script: str, **variables: str) -> tuple[str, str]:
        """What a bash says to this: stdout, stderr."""
        done = subprocess.run(
            ["bash", "--norc", "-c", script + "\n:"],
            env=self.environment(**variables),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout, done.stderr

    def offered(self, line: str, **variables: str) -> list[str]:
        """What Tab offers at the end of a line; nothing may be said besides."""
        parts = [part for word in line.split(" ") for part in BREAKS.split(word) if part]
        words = parts + ([""] if line.endswith(" ") else [])
        listed = " ".join(map(shlex.quote, ["sc-analytics", *words]))
        out, err = self.bash(
            f"source {self.folder}/completion.sh\nCOMP_WORDS=({listed})\n"
            f"COMP_CWORD={len(words)}\n_sc_analytics_completion sc-analytics\n"
            'printf "%s\\n" "${COMPREPLY[@]}"',
            **variables,
        )
        assert err == ""
        return out.split()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("home"))
    script, _ = made.bash("sc-analytics --show-completion")
    (made.folder / "completion.sh").write_text(script)
    return made


def test_what_tab_offers(home: Home) -> None:
    """Commands, projections, reports, dates with data, ids of runs and dead letters, options."""
    run = re.findall(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}", home.command.ok("runs", "list", "--json"))
    (letter,) = re.findall(r'order-funnel:file:[0-9a-f]{64}/0:3', home.command.ok(
        "dead-letters", "list", "--json"
    ))  # fmt: skip
    behind_colon = letter.removeprefix("order-funnel:")
    both = ["2026-11-21", "2026-11-20"]
    expected = {
        "rep": ["replay", "report"],
        "dead-letters ": ["list", "show", "retry", "discard"],
        "consume ": ["order-funnel", "revenue", "user-lifecycle", "all"],
        "backfill revenue o": ["order-funnel"],
        "replay u": ["user-lifecycle"],
        "report f": ["funnel"],
        "report --date ": [*both, "today", "yesterday"],
        "report funnel --date=2026-11": both,
        "verify all --date 2026-11-20..2026-11-2": [f"2026-11-20..{each}" for each in both],
        "runs show ": run,
        "dead-letters show ": [letter],
        "dead-letters show order-funnel:": [behind_colon],
        "dead-letters retry order-funnel:file:": [behind_colon.removeprefix("file:")],
        "report --ti": ["--timezone", "--timeout"],
        "--ti": ["--timezone", "--timeout"],
        "--timezone UTC rep": ["replay", "report"],
        "--timezone ": [],
    }
    offered = side_by_side(
        {line: (lambda line=line: home.offered(line)) for line in expected}, width=2
    )
    assert offered == expected


@pytest.mark.parametrize(
    ("line", "number", "offered"),
    [
        ("sc-analytics consume re", 2, ["revenue"]),
        ("sc-analytics report fu", 2, ["funnel"]),
        ("sc-analytics report", 2, ["funnel", "revenue", "users", "all"]),
        ("sc-analytics --profile prod consume re", 4, ["revenue"]),
        ("sc-analytics consume nope", 2, []),
    ],
)
def test_words_with_spaces_between_them(
    home: Home, line: str, number: int, offered: list[str]
) -> None:
    """Scripts of one's own hand them over so; the one that is installed, with line breaks."""
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(number),
        "_SC_ANALYTICS_COMPLETE": "complete_bash",
    }
    out, err = home.bash("sc-analytics", **asked)
    assert (out.split(), err) == (offered, "")


@pytest.mark.parametrize("files", [False, True], ids=["no files", ".env and profile"])
def test_tab_beside_a_dotenv_and_a_profile(home: Home, tmp_path: Path, files: bool) -> None:
    """What stands in the folder where the line is typed takes nothing away."""
    if files:
        (tmp_path / ".env").write_text("SC_ANALYTICS_PROFILE=prod\nOTHER=1\n")
        (tmp_path / "sc-analytics.toml").write_text('[profile.prod]\ntimeout = "5s"\n')
    out, err = home.bash(
        f"cd {tmp_path}\nsource {home.folder}/completion.sh\nCOMP_WORDS=(sc-analytics consume re)\n"
        'COMP_CWORD=2\n_sc_analytics_completion sc-analytics\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert (out.split(), err) == (["revenue"], "")


def test_a_store_that_does_not_answer_offers_nothing(
    home: Home, silent: str, closed: str, tmp_path: Path
) -> None:
    """Neither words nor a long wait: silent, closed, missing, nonsense, or a spoilt .env."""
    ways = {
        "silent": f"mongodb://{silent}/db",
        "closed": f"mongodb://{closed}/db",
        "missing": f"sqlite:///{tmp_path}/none.db",
        "nonsense": "redis://here",
    }
    for store in ways.values():
        where = {"SC_ANALYTICS_STORE": store, "SC_ANALYTICS_TIMEOUT": "600"}
        assert home.offered("runs show ", **where) == []
    assert not (tmp_path / "none.db").exists()
    assert home.offered("report --date ", SC_ANALYTICS_TIMEOUT="soon") == ["today", "yesterday"]


def test_install_for_bash(home: Home) -> None:
    """--install-completion, a new bash, and Tab: a name is completed, an id behind its colon."""
    out, _ = home.bash("sc-analytics --install-completion")
    assert "bash completion installed" in out
    with a_shell(home, "bash", "-i") as (ours, seen):
        os.write(ours, b"sc-analytics consume order\t")
        wait_for(ours, seen, "consume order-funnel ")
        os.write(ours, b"\x15sc-analytics dead-letters show order-funnel:f\t")
        wait_for(ours, seen, "/0:3")
        assert "order-funnel:order-funnel" not in seen[0]
        assert "Traceback" not in seen[0]


PROMPTS = {
    "zsh": (".zshrc", "PS1='ready> '"),
    "fish": (".config/fish/config.fish", "function fish_prompt; echo -n 'ready> '; end"),
}


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                shutil.which(name) is None, reason=f"no {name}: apt-get install {name}"
            ),
        )
        for name in PROMPTS
    ],
)
def test_install_for_other_shells(home: Home, shell: str) -> None:
    """--install-completion, a new shell, and Tab: the first one answers already."""
    installed = subprocess.run(
        [shell, "-c", "sc-analytics --install-completion; true"],
        env=home.environment(),
        cwd=home.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"{shell} completion installed" in installed.stdout
    file, prompt = PROMPTS[shell]
    (home.folder / file).parent.mkdir(parents=True, exist_ok=True)
    with (home.folder / file).open("a") as startup:
        startup.write(f"\n{prompt}\n")
    for line, *offered in (
        ("consume ord", "order-funnel"),
        ("dead-let", "dead-letters"),
        ("", "Make dates exactly what the log says, while live runs go on."),
        ("report --date ", "2026-11-21", "2026-11-20", "yesterday"),
        ("report --date=2026-11-", "2026-11-21", "2026-11-20"),
        ("dead-letters show order-funnel:f", "/0:3"),
        ("report --time", "--timezone", "--timeout", "Reporting time zone"),
        ("--time", "--timezone", "--timeout", "Reporting time zone"),
    ):
        with a_shell(home, shell, "-i") as (ours, seen):
            wait_for(ours, seen, "ready> ")
            os.write(ours, f"sc-analytics {line}".encode())
            wait_for(ours, seen, line.rstrip())
            seen[0] = ""
            # The first Tab goes as far as all words go, the second one lists them.
            os.write(ours, b"\t")
            wait_for(ours, seen, *offered, again=b"\t")
            assert "Traceback" not in seen[0]


@pytest.mark.parametrize(
    ("shell", "line", "offered"),
    [
        ("zsh", "sc-analytics consume ord", "sc_words=('order-funnel'); compadd "),
        ("zsh", "sc-analytics report --date=2026-11-21", "compset -P '*='; "),
        ("zsh", "sc-analytics report --date 2026-11-21", "sc_words=('2026-11-21'); "),
        ("zsh", "sc-analytics --config ", "_files"),
        (
            "zsh",
            "sc-analytics rep",
            "'report  -- Show the daily documents; without --date, today'\\''",
        ),
        ("fish", "sc-analytics report --date 2026-11-21", "2026-11-21"),
        ("fish", "sc-analytics report --date=2026-11-21", "--date=2026-11-21"),
        ("fish", "sc-analytics --timez", "--timezone\tReporting time zone"),
    ],
)
def test_other_shells_are_answered(home: Home, shell: str, line: str, offered: str) -> None:
    """Both ask in ways of their own; what their scripts do is done here without them."""
    asked = {
        "_SC_ANALYTICS_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    out, err = home.bash("sc-analytics", **asked)
    assert err == ""
    assert offered in out


@contextmanager
def a_shell(home: Home, *command: str) -> Iterator[tuple[int, list[str]]]:
    """An interactive shell on a wide terminal of its own, with what it reads at its start."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    process = subprocess.Popen(
        command,
        env=home.environment(TERM="xterm"),
        cwd=home.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield ours, [""]
    finally:
        process.kill()
        process.wait(60)
        os.close(ours)


def wait_for(
    ours: int, seen: list[str], *words: str, again: bytes = b"", timeout: float = 60
) -> None:
    """Read what it shows until all the words are there; where it falls silent, press `again`."""
    deadline = time.monotonic() + timeout
    while not all(each in ESCAPES.sub("", seen[0]) for each in words):
        assert time.monotonic() < deadline, seen[0]
        if select.select([ours], [], [], 3)[0]:
            seen[0] += os.read(ours, 65_536).decode(errors="replace")
        elif again:
            os.write(ours, again)
