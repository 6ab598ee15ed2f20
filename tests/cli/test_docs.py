"""The commands of the tutorial and the how-tos do what the pages say: each is typed as it is there.

A line `$ command   # exit 3: why` must end with that code, any other with 0.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from tests.integration.product import ROOT
from tests.integration.topics import Log, new_log
from tests.servers.kafka import KafkaServer

DOCS = ROOT / "docs"
SECOND_DATABASE = "mongodb://localhost:27017/sc_analytics_berlin"
_CODE = re.compile(r"^(?P<command>.*?)\s+# exit (?P<code>[0-9]+)\b.*$")


class Typed(NamedTuple):
    """A command of a page, and the exit code that the page promises."""

    command: str
    code: int


def typed_on(page: str, *, heading: str = "") -> list[Typed]:
    """The commands of a page, or of the part that begins with this heading, in order."""
    text = page[page.index(heading) :]
    lines = [
        line.removeprefix("$ ")
        for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    found = [(line, _CODE.match(line)) for line in lines]
    return [Typed(m["command"], int(m["code"])) if m else Typed(line, 0) for line, m in found]


class Reader:
    """Somebody in a folder who types what a page says."""

    def __init__(self, folder: Path, topics: Mapping[str, str], **variables: str) -> None:
        self._folder, self._topics = folder, topics
        own = {name: value for name, value in os.environ.items() if not name.startswith("SC_")}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        named = {
            "SC_ANALYTICS_USER_TOPIC": topics["sc.domain.user"],
            "SC_ANALYTICS_ORDER_TOPIC": topics["sc.domain.order"],
        }
        config = {"XDG_CONFIG_HOME": str(folder), "PYTHONPATH": str(ROOT)}
        self._environment = own | named | config | {"PATH": path} | variables

    def types(self, each: Typed) -> str:
        """What it printed; it must end as the page says."""
        command = each.command
        for name, ours in self._topics.items():
            command = command.replace(f"{name}:", f"{ours}:")
        command = command.replace(SECOND_DATABASE, "sqlite:///second.db")
        if "kcat" in command:
            command += " --order-topic sc.domain.order --user-topic sc.domain.user"
        done = subprocess.run(
            command,
            shell=True,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        shown = f"$ {command}\nexit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == each.code, shown
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def log(kafka: KafkaServer) -> Iterator[Log]:
    """A log for all how-tos."""
    made = new_log(seed=5, events=1_500)
    made.publish(kafka.bootstrap_servers)
    return made


@pytest.mark.parametrize("page", ["live", "backfill", "on-call", "change"])
def test_a_how_to(
    page: str, kafka: KafkaServer, mongo_database: str, log: Log, tmp_path: Path
) -> None:
    """On real servers, with a consumer that has caught up."""
    log.traffic.as_kcat(tmp_path / "topic.kcat.json")
    topics = {name: log.name(name) for name in ("sc.domain.user", "sc.domain.order")}
    reader = Reader(
        tmp_path,
        topics,
        SC_ANALYTICS_STORE=mongo_database,
        SC_ANALYTICS_BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
    )
    if page != "live":
        reader.types(Typed("sc-analytics consume all --until-end", 0))
    commands = typed_on((DOCS / f"howto/{page}.md").read_text(encoding="utf-8"))
    assert len(commands) > 5
    for each in commands:
        reader.types(each)


def test_the_tutorial(kafka: KafkaServer, mongo_database: str, tmp_path: Path) -> None:
    """Its first half on a file, its second on servers, with the traffic that it makes itself."""
    page = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    mark = uuid4().hex[:8]
    topics = {name: f"{name}.{mark}" for name in ("sc.domain.user", "sc.domain.order")}
    heading = "## Five minutes with Kafka"
    alone = Reader(tmp_path, topics, SC_ANALYTICS_STORE="sqlite:///tutorial.db")
    with_servers = Reader(
        tmp_path,
        topics,
        SC_ANALYTICS_STORE=mongo_database,
        SC_ANALYTICS_BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
    )
    second = typed_on(page, heading=heading)
    first = typed_on(page)[: -len(second)]
    assert len(first) > 5
    assert len(second) > 5
    said = [alone.types(each) for each in first]
    assert "0 counted" in said[3], "reading a file twice changes nothing"
    answers = [with_servers.types(each) for each in second]
    assert any("Payment success rate" in each for each in answers)


@pytest.mark.parametrize(
    "page",
    sorted(str(each.relative_to(ROOT)) for each in [*DOCS.rglob("*.md"), ROOT / "README.md"]),
)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link of the pages names a file that is there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert ((ROOT / page).parent / target).exists(), target
