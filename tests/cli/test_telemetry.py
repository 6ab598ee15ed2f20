"""What a live run tells machines: JSON lines, metrics, liveness, readiness."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from sc_analytics_cli import __version__
from tests.integration.databases import fresh_database
from tests.integration.product import finish, stop, wait_until
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer
from tests.servers.ports import free_ports

from .command import NOWHERE, Command, misused
from .stalling import Stalling


def asked(port: int, path: str) -> tuple[int, str]:
    """Status and body of an answer; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def sums(metrics: str, name: str) -> float:
    """The sum of a metric over its labels."""
    lines = [line for line in metrics.splitlines() if line.startswith(name + "{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def json_lines(text: str) -> list[dict[str, Any]]:
    """Every line as JSON; none is anything else."""
    return [json.loads(line) for line in text.splitlines()]


def test_all_projections_in_one_answer(
    kafka: KafkaServer, traffic: Log, embedded: str, tmp_path: Path
) -> None:
    """Several processes are served from one port and one file; at the end neither is left."""
    (port,) = free_ports(1)
    health = tmp_path / "health.json"
    command = Command(embedded, *traffic.flags, servers=kafka.bootstrap_servers)
    process = command.start(
        "consume", "all", "--metrics-port", str(port), "--health-file", str(health),
        "--log-format", "json",
    )  # fmt: skip
    read = 2 * len(traffic.records("sc.domain.order")) + len(traffic.records("sc.domain.user"))

    def everything() -> bool:
        return sums(asked(port, "/metrics")[1], "sc_analytics_records_total") == read

    wait_until(everything, what="every record in the metrics")
    wait_until(lambda: asked(port, "/ready")[0] == 200, what="readiness")
    assert asked(port, "/live")[0] == 200
    assert asked(port, "/")[0] == 404

    def no_lag() -> bool:
        answer = asked(port, "/metrics")[1]
        known = answer.count("sc_analytics_lag_records{") == 18
        return known and sums(answer, "sc_analytics_lag_records") == 0

    # A lag is as old as the last sign of life.
    wait_until(no_lag, what="no lag in the metrics")
    metrics = asked(port, "/metrics")[1]
    assert f'sc_analytics_info{{version="{__version__}"}} 1.0' in metrics
    assert sums(metrics, "sc_analytics_flush_seconds_count") >= 3
    content = json.loads(health.read_text())
    assert content["ready"]
    assert {each["lag"] for each in content["workers"].values()} == {0}
    assert {each["partitions"] for each in content["workers"].values()} == {6}
    assert set(content["workers"]) == {"order-funnel", "revenue", "user-lifecycle"}
    first = health.stat().st_mtime
    wait_until(lambda: health.stat().st_mtime > first, what="a fresh file")
    outcome = stop(process)
    assert outcome.code == 0
    assert not health.exists()
    said = json_lines(outcome.err)
    assert {each["level"] for each in said} == {"info"}
    assert said[0]["message"].startswith(f"sc-analytics {__version__} consumes ")
    joins = {each["worker"]: each["pid"] for each in said if ": joins " in each["message"]}
    assert set(joins) == set(content["workers"])
    assert len({process.pid, *joins.values()}) == 4
    assert all(each["ts"].endswith("Z") for each in said)
    ends = [each for each in said if "counted" in each]
    assert sum(each["read"] for each in ends) == read
    assert {each["projection"] for each in ends} == set(content["workers"])


def test_ready_no_longer_while_the_store_is_away(
    kafka: KafkaServer, traffic: Log, mongo: MongoServer
) -> None:
    """But alive: to start it anew would not help. It says which server it waits for."""
    (port,) = free_ports(1)
    with fresh_database(mongo) as uri, Stalling(uri) as link:
        store = link.uri(uri.rpartition("/")[2].partition("?")[0])
        flags = (*traffic.flags, "--timeout", "1", "--flush-interval", "100ms")
        process = Command(store, *flags, servers=kafka.bootstrap_servers).start(
            "consume", "revenue", "--metrics-port", str(port), "--flush-records", "10"
        )
        try:
            wait_until(lambda: asked(port, "/ready")[0] == 200, what="readiness")
            link.stall()
            wait_until(lambda: asked(port, "/ready")[0] == 503, what="unreadiness")
            status, body = asked(port, "/live")
            assert status == 200
            assert "MongoDB" in json.loads(body)["workers"]["revenue"]["waits_for"]
            assert sums(asked(port, "/metrics")[1], "sc_analytics_waiting") == 1
        finally:
            process.terminate()
            time.sleep(0.1)
            process.kill()
            finish(process)


def test_an_error_is_one_line_of_json(embedded: str) -> None:
    """With the cause, what to type next, and the exit code."""
    command = Command(embedded, "--timeout", "1", servers=NOWHERE)
    outcome = command.run("consume", "revenue", "--log-format", "json")
    assert outcome.code == 5
    (line,) = [each for each in json_lines(outcome.err) if each["level"] != "info"]
    assert line["level"] == "error"
    assert line["exit_code"] == 5
    assert line["message"].startswith("Kafka at")
    assert {"cause", "next", "ts"} <= set(line)


@pytest.mark.parametrize("flags", [["--log-format", "xml"], ["--metrics-port", "70000"]])
def test_what_there_is_not(embedded: str, flags: list[str]) -> None:
    """Exit 2."""
    misused(Command(embedded).run("consume", "revenue", *flags), flags[0])


def test_a_port_and_a_file_that_cannot_be_had(embedded: str, tmp_path: Path) -> None:
    """Exit 2, before anything is read."""
    command = Command(embedded)
    nowhere = str(tmp_path / "no" / "health")
    misused(command.run("consume", "revenue", "--health-file", nowhere), "cannot be written")
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        misused(command.run("consume", "revenue", "--metrics-port", port), "cannot be had")


def test_without_the_extra_it_says_what_to_install(embedded: str) -> None:
    """Not a traceback."""
    program = (
        "import sys; sys.modules['prometheus_client'] = None; "
        "from sc_analytics_cli.__main__ import main; sys.argv[0] = 'sc-analytics'; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "consume", "revenue", "--metrics-port", "0"],
        env=Command(embedded)._environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install '.[metrics]' in a clone" in done.stderr
    assert "pip install 'sc-analytics[metrics]'" in done.stderr
