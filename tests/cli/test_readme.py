"""The commands of the README do what it says: each is typed as it is printed there."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.product import ROOT
from tests.integration.topics import Log, new_log
from tests.servers.kafka import KafkaServer

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]


def archives(log: Log, folder: Path) -> None:
    """The files that the README's commands name."""
    log.traffic.as_ndjson(folder / "events.ndjson")
    plain = (folder / "events.ndjson").read_bytes()
    (folder / "events.ndjson.gz").write_bytes(gzip.compress(plain))
    log.traffic.as_kcat(folder / "topic.kcat.json")


def environment(kafka: KafkaServer, store: str, log: Log) -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SC_")}
    return own | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SC_ANALYTICS_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "SC_ANALYTICS_STORE": store,
        "SC_ANALYTICS_USER_TOPIC": log.name("sc.domain.user"),
        "SC_ANALYTICS_ORDER_TOPIC": log.name("sc.domain.order"),
    }


def test_every_command_ends_well(kafka: KafkaServer, mongo_database: str, tmp_path: Path) -> None:
    """In the order of the page, on real servers; none has anything to complain of."""
    log = new_log(seed=3, events=2_000)
    log.publish(kafka.bootstrap_servers)
    archives(log, tmp_path)
    assert len(COMMANDS) > 12
    for command in COMMANDS:
        typed = command
        if "kcat" in command:
            typed += " --order-topic sc.domain.order --user-topic sc.domain.user"
        done = subprocess.run(
            typed.replace("sc.domain.order:", log.name("sc.domain.order") + ":"),
            shell=True,
            cwd=tmp_path,
            env=environment(kafka, mongo_database, log),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.M))))
def test_every_make_target_exists(target: str) -> None:
    """`make -n` knows each that the page names."""
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0
