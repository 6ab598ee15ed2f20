"""`status` on real servers: screens of every width, JSON, checks, and a live view."""

from __future__ import annotations

import json

import pytest

from tests.integration.product import finish, stop, wait_until
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer

from .command import NOWHERE, Command, misused, plain
from .window import Window


@pytest.fixture(scope="module")
def store(kafka: KafkaServer, traffic: Log, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which the order funnel has absorbed everything and the others nothing."""
    address = f"sqlite:///{tmp_path_factory.mktemp('status')}/store.db"
    command = Command(address, *traffic.flags, servers=kafka.bootstrap_servers)
    command.ok("consume", "order-funnel", "--until-end")
    return address


@pytest.fixture
def command(store: str, kafka: KafkaServer, traffic: Log) -> Command:
    """The command against that store."""
    return Command(store, *traffic.flags, servers=kafka.bootstrap_servers)


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_screen_of_every_width(
    store: str, kafka: KafkaServer, traffic: Log, columns: int
) -> None:
    """No line is wider, and every figure of the widest screen is on the narrowest."""
    servers = kafka.bootstrap_servers
    shown = Command(store, *traffic.flags, servers=servers, COLUMNS=str(columns)).ok("status")
    assert max(map(len, shown.splitlines())) <= columns
    words = shown.split()
    records = len(traffic.records("sc.domain.user"))
    assert f"{records:,}," in words, "the lag of the users"
    assert "up to date" in " ".join(words)
    assert words.count("Headroom") == words.count("Position") == 3
    assert "…" not in shown
    ends = {each.partition: each.offset + 1 for each in traffic.records("sc.domain.order")}
    assert {f"{end:,}" for end in ends.values()} <= set(words)


def test_json_says_the_same(command: Command, traffic: Log) -> None:
    """One document, with the lag of each partition and null for what is not known."""
    content = json.loads(command.ok("status", "--json"))
    assert content["schema"] == "sc-analytics.status/1"
    found = {each["projection"]: each for each in content["projections"]}
    assert found["order-funnel"]["lag"] == 0
    assert found["order-funnel"]["behind_seconds"] == 0
    assert found["order-funnel"]["dead_letters_open"] > 0
    assert found["revenue"]["dead_letters_open"] == 0
    assert found["user-lifecycle"]["lag"] == len(traffic.records("sc.domain.user"))
    (first, *_) = found["user-lifecycle"]["partitions"]
    oldest = min(r.timestamp_ms for r in traffic.records("sc.domain.user") if r.partition == 0)
    assert first["oldest_unabsorbed_at"] is not None
    assert oldest > 0
    assert (first["position"], first["last_flush_at"], first["headroom"]) == (None, None, None)


def test_a_check_prints_what_is_wrong_alone(command: Command) -> None:
    """Exit 8 and a line for each partition beyond a limit; nothing at all where all is well."""
    assert command.ok("status", "--check", "--max-lag", "1000000") == ""
    nobody = command.run("status", "--check")
    assert nobody.code == 8
    assert all(": no consumer runs, lag " in line for line in nobody.out.splitlines())
    assert {line.partition(":")[0] for line in nobody.out.splitlines()} == {
        "revenue",
        "user-lifecycle",
    }
    late = command.run("status", "--check", "--max-age", "1h")
    assert late.code == 8
    lines = late.out.splitlines()
    assert lines
    assert all("behind, allowed 1h 00m" in line for line in lines)
    assert not any(line.startswith("order-funnel") for line in lines)


def test_whether_a_consumer_runs(kafka: KafkaServer, traffic: Log, embedded: str) -> None:
    """Its members, wherever they run; none, a moment after it was stopped."""
    command = Command(embedded, *traffic.flags, servers=kafka.bootstrap_servers)
    process = command.start("consume", "revenue")

    def members() -> dict[str, int | None]:
        content = json.loads(command.ok("status", "--json"))
        return {each["projection"]: each["members"] for each in content["projections"]}

    wait_until(lambda: members()["revenue"] == 1, what="a member")
    assert members() == {"order-funnel": 0, "revenue": 1, "user-lifecycle": 0}
    wait_until(
        lambda: "up to date · 1 consumer\n" in command.ok("status"), what="the end of the lag"
    )
    assert "revenue" not in command.run("status", "--check").out
    assert stop(process).code == 0
    assert members()["revenue"] == 0
    assert "up to date · no consumer runs\n" in command.ok("status")


def test_without_kafka(store: str, traffic: Log) -> None:
    """The store's half is shown, and the exit code tells; a check is no all-clear then."""
    away = Command(store, *traffic.flags, "--timeout", "1", servers=NOWHERE)
    outcome = away.run("status")
    assert outcome.code == 5
    assert f"! Kafka at {NOWHERE} does not answer" in outcome.out
    assert "order-funnel" in outcome.out
    plain(outcome, "error: Kafka at")
    assert away.run("status", "--check").code == 5


def test_without_a_store(kafka: KafkaServer, traffic: Log, embedded: str) -> None:
    """Before the first run: everything is lag, and that is no failure."""
    outcome = Command(embedded, *traffic.flags, servers=kafka.bootstrap_servers).run("status")
    assert (outcome.code, outcome.err) == (0, "")
    assert "there is no store file" in outcome.out
    assert "nothing was absorbed yet; sc-analytics consume revenue" in outcome.out


def test_without_mongodb(kafka: KafkaServer, traffic: Log) -> None:
    """The ends are shown; no lag is made up."""
    command = Command(
        f"mongodb://user:sekret@{NOWHERE}/x", *traffic.flags, "--timeout", "1",
        servers=kafka.bootstrap_servers,
    )  # fmt: skip
    outcome = command.run("status")
    assert outcome.code == 5
    assert "lag not known" in outcome.out
    assert "sekret" not in outcome.out
    plain(outcome, "error: MongoDB does not answer")


def test_without_a_topic(store: str, kafka: KafkaServer) -> None:
    """It is named at the projection, and the exit code tells."""
    command = Command(store, "--user-topic", "no.such", servers=kafka.bootstrap_servers)
    outcome = command.run("status")
    assert outcome.code == 6
    assert "has no topic no.such" in outcome.out


@pytest.mark.parametrize(
    "line", ["--watch --json", "--check --json", "5", "--max-lag 5", "--check --max-age soon"]
)
def test_what_does_not_go_together(embedded: str, line: str) -> None:
    """Exit 2, before any server is asked."""
    misused(Command(embedded).run("status", *line.split()), "next:")


def test_a_view_without_a_terminal(command: Command) -> None:
    """Each look below the last, with the rate measured between two; a signal ends it well."""
    process = command.start("status", "--watch", "0.5")
    assert process.stdout is not None
    heard: list[str] = []

    def looks() -> int:
        assert process.stdout is not None
        heard.append(process.stdout.readline())
        return sum(line.startswith("Status at") for line in heard)

    wait_until(lambda: looks() >= 2, what="a second look")
    outcome = stop(process)
    assert (outcome.code, outcome.err) == (0, "")
    finish(process)


def test_a_view_outlives_a_server(store: str, traffic: Log) -> None:
    """Kafka is away: it is said, the store's half is shown, and the next look comes anyhow."""
    away = Command(store, *traffic.flags, "--timeout", "1", servers=NOWHERE)
    with Window(away._environment, "status", "--watch", "0.5", *away._flags) as window:
        at = window.shows("does not answer")
        at = window.shows("does not answer", at)
        window.shows("lag not known", at)
        window.press(b"\x03")
        assert window.ends() == 0
        assert "Traceback" not in window.text


def test_a_view_on_a_terminal(command: Command) -> None:
    """It draws in place, follows the window, and Ctrl-C leaves the last look and a clean screen."""
    with Window(command._environment, "status", "--watch", "1", *command._flags) as window:
        at = window.shows("Headroom")
        assert "\x1b[?1049h" in window.text, "the other screen"
        window.resize(60)
        at = window.shows("Caught up", at)
        window.resize(80, lines=24)
        at = window.shows("revenue 0", at)
        window.resize(60, lines=12)
        window.shows("lines more in a taller window", at)
        at = len(window.text)
        window.press(b"\x03")
        assert window.ends() == 0
        left = window.text[window.text.rindex("\x1b[?1049l") :]
        assert "Status at" in left
        assert "\x1b[?25h" in window.text[at:], "the cursor is back"
        assert "Traceback" not in window.text
