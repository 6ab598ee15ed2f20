"""The deployment examples: what cannot be run here parses, and names nothing that is not there."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import yaml

from sc_analytics_cli.cli.app import app
from sc_analytics_cli.projections.catalog import all_projections
from sc_analytics_cli.run.ports import Pulse
from sc_analytics_cli.run.tally import Tally
from sc_analytics_cli.settings import Settings
from sc_analytics_cli.telemetry.metrics import Metrics
from tests.integration.product import ROOT

DEPLOY = ROOT / "docs" / "deploy"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
KUBERNETES = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))
ALERTS = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))
GRAFANA = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
DOCKERFILE = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
UNIT = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
UNIT.optionxform = str  # type: ignore[assignment,method-assign]
UNIT.read(DEPLOY / "sc-analytics@.service", encoding="utf-8")

EVERY_FILE = [ROOT / "Dockerfile", ROOT / "compose.yaml", *sorted(DEPLOY.iterdir())]
NAMES = {each.name for each in all_projections()}


def instructions(name: str) -> list[str]:
    """What follows an instruction of the Dockerfile, each time it comes."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def containers() -> Iterator[dict[str, Any]]:
    """Every container of the Kubernetes example."""
    for document in KUBERNETES:
        spec = document.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        yield from spec.get("template", {}).get("spec", {}).get("containers", [])


def commands() -> list[list[str]]:
    """Every command line of the product that an example runs."""
    found = [each["command"] for each in COMPOSE["services"].values() if "command" in each]
    found += [each["args"] for each in containers()]
    for name in sorted(NAMES):
        found.append(shlex.split(UNIT["Service"]["ExecStart"].replace("%i", name))[1:])
    return found


@pytest.mark.parametrize("line", commands(), ids=" ".join)
def test_every_command_is_understood(line: list[str]) -> None:
    """By the command line itself: flags, values, and the names of projections."""
    group: Any = typer.main.get_command(app)
    with group.make_context("sc-analytics", list(line)) as context:
        name, command, rest = group.resolve_command(context, list(line))
        with command.make_context(name, rest, parent=context) as own:
            assert set(own.params.get("names") or ()) <= NAMES


def variables() -> set[str]:
    """Every variable that the product heeds."""
    group: Any = typer.main.get_command(app)
    found: set[str] = set()
    waiting = [group]
    while waiting:
        each = waiting.pop()
        waiting += getattr(each, "commands", {}).values()
        found |= {p.envvar for p in each.params if isinstance(p.envvar, str)}
    return found


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: path.name)
def test_every_variable_is_heeded(path: Any) -> None:
    """None is misspelt."""
    named = set(re.findall(r"SC_ANALYTICS_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert named <= variables()


def test_every_projection_is_consumed() -> None:
    """By a service of its own, and fed by the demo."""
    services = COMPOSE["services"]
    assert set(services) == NAMES | {"kafka", "mongo", "demo"}
    for name in NAMES:
        assert services[name]["command"] == ["consume", name]
        assert set(services[name]["depends_on"]) == {"kafka", "mongo", "demo"}
    assert services["demo"]["command"][:2] == ["demo", "--live"]
    assert services["demo"]["image"] == services["revenue"]["image"]


def test_the_image_is_slim_and_not_root() -> None:
    """It copies what exists, and everything that it runs is in exec form."""
    assert all("-slim" in each for each in instructions("FROM"))
    (user,) = instructions("USER")
    assert user not in ("root", "0")
    for name in ("RUN", "ENTRYPOINT", "CMD"):
        for each in instructions(name):
            assert all(isinstance(word, str) for word in json.loads(each)), each
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["sc-analytics"]
    for sources in instructions("COPY"):
        words = sources.split()
        for path in words[:-1] if not words[0].startswith("--") else []:
            assert (ROOT / path).exists(), path


def test_the_health_check_reads_the_file_that_is_kept() -> None:
    """It compiles, and its path is that of the variable beside it."""
    (check,) = instructions("HEALTHCHECK")
    program = json.loads(check[check.index("CMD ") + 4 :])
    assert program[:2] == ["python", "-c"]
    compile(program[2], "HEALTHCHECK", "exec")
    (environment,) = instructions("ENV")
    path = re.search(r"SC_ANALYTICS_HEALTH_FILE=(\S+)", environment)
    assert path is not None
    assert path[1] in program[2]
    assert path[1].rpartition("/")[0] in DOCKERFILE


def test_kubernetes_probes_what_is_served() -> None:
    """Liveness and readiness, on the port that the command is told; no more than the partitions."""
    consumer = next(each for each in containers() if each["name"] == "consumer")
    port = int(consumer["args"][consumer["args"].index("--metrics-port") + 1])
    named = {each["name"]: each["containerPort"] for each in consumer["ports"]}
    probes = {name: consumer[name]["httpGet"] for name in consumer if name.endswith("Probe")}
    assert {name: each["path"] for name, each in probes.items()} == {
        "startupProbe": "/live",
        "livenessProbe": "/live",
        "readinessProbe": "/ready",
    }
    assert {named[each["port"]] for each in probes.values()} == {port}
    (scaled,) = [each for each in KUBERNETES if each["kind"] == "ScaledObject"]
    (deployed,) = [each for each in KUBERNETES if each["kind"] == "Deployment"]
    (trigger,) = scaled["spec"]["triggers"]
    projection = next(each for each in all_projections() if each.name == "order-funnel")
    assert scaled["spec"]["scaleTargetRef"]["name"] == deployed["metadata"]["name"]
    assert trigger["metadata"]["consumerGroup"] == projection.group()
    assert trigger["metadata"]["topic"] == Settings().topic_name(projection.topic)
    assert trigger["metadata"]["allowIdleConsumers"] == "false"


def served() -> set[str]:
    """The name of every sample that a live run serves."""
    metrics = Metrics()
    metrics.pulses(Pulse("w", "revenue", {"t/0": 1}, None, 1))
    metrics.flushed("revenue", Tally(flushes=1), {"t/0": 1})
    return set(re.findall(r"^(\w+)\{", metrics.text().decode(), re.MULTILINE))


def test_the_dashboard_asks_for_metrics_that_are_served() -> None:
    """In every panel, and each panel has a place of its own."""
    panels = GRAFANA["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"sc_analytics_\w+", target["expr"])
    }
    assert asked
    assert asked <= served()
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels]
    assert len(set(places)) == len({each["id"] for each in panels}) == len(panels)


def test_every_panel_heeds_the_projections_that_are_chosen() -> None:
    """No figure on the dashboard is of another one."""
    for panel in GRAFANA["panels"]:
        for target in panel["targets"]:
            assert 'projection=~"$projection"' in target["expr"], panel["title"]


def test_alerts_ask_for_metrics_that_are_served() -> None:
    """Each says how bad it is, and what a person reads."""
    rules = [each for group in ALERTS["groups"] for each in group["rules"]]
    assert len({each["alert"] for each in rules}) == len(rules) > 0
    for each in rules:
        asked = set(re.findall(r"sc_analytics_\w+", each["expr"]))
        assert asked
        assert asked <= served()
        assert each["labels"]["severity"] in ("page", "ticket")
        assert set(each["annotations"]) == {"summary", "description"}


def test_a_store_does_not_outlive_its_topics() -> None:
    """Both servers of the compose file keep their data, or `down -v` removes both."""
    for name in ("kafka", "mongo"):
        (volume,) = COMPOSE["services"][name]["volumes"]
        assert volume.partition(":")[0] == name
    assert set(COMPOSE["volumes"]) == {"kafka", "mongo"}
    folder = COMPOSE["services"]["kafka"]["volumes"][0].partition(":")[2]
    assert COMPOSE["services"]["kafka"]["environment"]["KAFKA_LOG_DIRS"] == folder


def test_every_metric_is_on_the_page() -> None:
    """And the page names no other."""
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(sc_analytics_\w+)`", page))
    plain = {re.sub(r"_(bucket|sum|count|created)$", "", each) for each in served()}
    assert named == plain - {"sc_analytics_records", "sc_analytics_conflicts"} - {
        "sc_analytics_additions_absorbed_before"
    }


def test_systemd_restarts_what_a_restart_helps() -> None:
    """Not after a wrong flag, a refused login or a conflict; a drain has its time."""
    service = UNIT["Service"]
    assert service["RestartPreventExitStatus"].split() == ["2", "4", "7"]
    assert int(service["TimeoutStopSec"]) > 45
    assert service["RuntimeDirectory"] in service["ExecStart"]


def test_what_hangs_on_kubernetes_is_ended_and_none_runs_as_root() -> None:
    """A look that never ends would keep the later ones from starting."""
    (job,) = [each for each in KUBERNETES if each["kind"] == "CronJob"]
    spec = job["spec"]["jobTemplate"]["spec"]
    assert 0 < spec["activeDeadlineSeconds"] < 300
    assert spec["template"]["spec"]["securityContext"]["runAsNonRoot"]
    for each in containers():
        assert each["securityContext"]["readOnlyRootFilesystem"]
        assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}
