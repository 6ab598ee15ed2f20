"""Topics, offsets and files that are not there: exit code 6, naming what is."""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from tests.integration.documents import stored
from tests.integration.product import Outcome
from tests.servers.kafka import KafkaServer

from .command import Command, plain, refused, side_by_side
from .labelled import Labelled, absorbed, new_topic, order_created

MISSING = {
    "consume order-funnel --order-topic {topic}s": ("has no topic {topic}s", "perhaps {topic} is"),
    "consume all --order-topic {topic} --user-topic {topic}-of-users": (
        "has no topic {topic}-of-users",
        "set --user-topic, or create the topic",
    ),
    "replay order-funnel --from-offset 0 --order-topic {topic}x": ("has no topic {topic}x",),
    "replay order-funnel --from-offset 6 --order-topic {topic}": ("/0 lies beyond its end 5",),
    "replay order-funnel --from-offset 1:4 --order-topic {topic}": ("/1 lies beyond its end 3",),
    "replay order-funnel --from-offset 0 --to-offset 9 --order-topic {topic}": ("beyond its end",),
    "consume order-funnel --start 0:9 --order-topic {topic}": ("/0 lies beyond its end 5",),
    "dead-letters show nothing": ("there is no dead letter 'nothing'", "dead-letters list"),
    "runs show nothing": ("there is no run 'nothing'", "runs list"),
}


@pytest.fixture(scope="module")
def outcomes(labelled: Labelled, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """How each command line of `MISSING` ends."""
    folder = tmp_path_factory.mktemp("stores")
    for number, line in enumerate(MISSING):
        if " show " in line:
            there = Command(f"sqlite:///{folder}/{number}.db", *labelled.flags,
                            servers=labelled.servers)  # fmt: skip
            there.ok("replay", "order-funnel", "--from-offset", "latest")
    runs = {}
    for number, line in enumerate(MISSING):
        command = Command(f"sqlite:///{folder}/{number}.db", servers=labelled.servers)
        runs[line] = partial(command.run, *line.format(topic=labelled.topic).split())
    return side_by_side(runs)


@pytest.mark.parametrize("line", MISSING)
def test_what_kafka_or_the_store_does_not_have(
    labelled: Labelled, outcomes: dict[str, Outcome], line: str
) -> None:
    """It says what is missing and what there is instead."""
    refused(outcomes[line], 6, *(word.format(topic=labelled.topic) for word in MISSING[line]))


def test_a_partition_that_there_is_not(labelled: Labelled, embedded: str) -> None:
    """The partitions that the topic has are named."""
    command = Command(embedded, *labelled.flags, servers=labelled.servers)
    outcome = command.run("replay", "order-funnel", "--from-offset", "7:0")
    words = ("there is no partition 7", f"{labelled.topic}/0, {labelled.topic}/1")
    refused(outcome, 6, *words, "name one of these: 0:0")


def test_what_retention_has_deleted(kafka: KafkaServer, tmp_path: Path) -> None:
    """A replay from below the log start is refused; what is advised reads what is left."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 6, 1: [0] * 2})
    delete_before(log, 0, 4)
    command = Command(f"sqlite:///{tmp_path}/a.db", *log.flags, servers=log.servers)
    outcome = command.run("replay", "order-funnel", "--from-offset", "0")
    refused(outcome, 6, f"offset 0 of {log.topic}/0 is gone: the first one there is 4")
    assert "--from-offset earliest" in outcome.err
    command.ok("replay", "order-funnel", "--from-offset", "earliest")
    assert absorbed(command.store) == {"0:4", "0:5", "1:0", "1:1"}


def test_a_first_run_begins_at_the_first_record_that_is_left(
    kafka: KafkaServer, embedded: str
) -> None:
    """Without a checkpoint nothing is missing: retention before the first run is no gap."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 3})
    delete_before(log, 0, 2)
    Command(embedded, *log.flags, servers=log.servers).ok("consume", "order-funnel", "--until-end")
    assert absorbed(embedded) == {"0:2"}


def test_a_gap_above_the_checkpoint(kafka: KafkaServer, embedded: str) -> None:
    """Records lost unread stop a run, which names them, until --accept-gap; then it goes on."""
    log = new_topic(kafka.bootstrap_servers, {0: [0] * 3, 1: [0]})
    command = Command(embedded, *log.flags, servers=log.servers)
    command.ok("consume", "order-funnel", "--until-end")
    log.append(0, 3, 4)
    delete_before(log, 0, 2)
    log.append(1, 1, 1)
    command.ok("consume", "order-funnel", "--until-end")
    log.append(0, 7, 3)
    delete_before(log, 0, 9)
    lost = f"offsets 7 to 8 of {log.topic}/0 are gone before they were absorbed"
    refused(command.run("consume", "order-funnel"), 6, lost, "--accept-gap")
    outcome = command.run("consume", "order-funnel", "--until-end", "--accept-gap")
    assert outcome.code == 0, outcome.err
    plain(outcome, lost, "going on without them")
    assert absorbed(embedded) == {*(f"0:{at}" for at in (0, 1, 2, 3, 4, 5, 6, 9)), "1:0", "1:1"}
    command.ok("consume", "order-funnel", "--until-end")


def test_files_that_cannot_be_read(tmp_path: Path, embedded: str) -> None:
    """A missing file, a folder and a file without events are told apart."""
    empty = tmp_path / "empty.ndjson"
    empty.touch()
    command = Command(embedded)
    outcome = command.run("replay", "--source", f"{tmp_path}/nothing.ndjson")
    refused(outcome, 6, "cannot read", "nothing.ndjson", "No such file")
    refused(command.run("replay", "--source", str(tmp_path)), 6, "is a folder")
    refused(command.run("replay", "--source", str(empty)), 6, "holds no event")


def test_a_line_that_the_file_does_not_have(tmp_path: Path, embedded: str) -> None:
    """A file's offsets are its lines."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(order_created(0, 0) + b"\n")
    outcome = Command(embedded).run("replay", "--source", str(file), "--from-offset", "9")
    refused(outcome, 6, "9", "beyond its end 2")


def test_a_file_cut_in_the_middle(tmp_path: Path, embedded: str) -> None:
    """What can be read of it is counted, and the end is an error; the whole file mends it."""
    whole, cut = tmp_path / "whole.gz", tmp_path / "cut.gz"
    content = gzip.compress(b"".join(order_created(0, at) + b"\n" for at in range(300)))
    whole.write_bytes(content)
    cut.write_bytes(content[: len(content) // 2])
    command = Command(embedded)
    outcome = command.run("replay", "order-funnel", "--source", str(cut))
    assert outcome.out == ""
    assert outcome.code == 6
    plain(outcome, f"{cut} could not be read to its end", "fetch it anew")
    found = absorbed(embedded)
    assert 0 < len(found) < 300
    assert found == {f"0:{at}" for at in range(len(found))}
    command.ok("replay", "order-funnel", "--source", str(whole))
    assert absorbed(embedded) == {f"0:{at}" for at in range(300)}
    command.ok("replay", "order-funnel", "--source", str(whole))
    assert len(stored(embedded, "order-funnel")) == 300


@pytest.mark.parametrize("line", ["report", "dead-letters list", "replay --source {} --dry-run"])
def test_reading_makes_no_store(tmp_path: Path, line: str) -> None:
    """A store file that is not there stays so; only a dry run takes it for an empty store."""
    events = tmp_path / "events.ndjson"
    events.write_bytes(order_created(0, 0))
    outcome = Command(f"sqlite:///{tmp_path}/store.db").run(*line.format(events).split())
    if "--dry-run" in line:
        assert outcome.code == 0, outcome.err
    else:
        refused(outcome, 6, "there is no store file", "store.db")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["events.ndjson"]


def test_stores_that_cannot_be_opened(tmp_path: Path) -> None:
    """A missing folder is 6; a file that is no database is an error that names it."""
    events, other = tmp_path / "events.ndjson", tmp_path / "notes.txt"
    events.write_bytes(order_created(0, 0))
    other.write_text("no database " * 100)
    line = ("replay", "--source", str(events), "--store")
    command = Command("")
    outcome = command.run(*line, f"sqlite:///{tmp_path}/no/store.db")
    refused(outcome, 6, "cannot open the store file", f"mkdir -p {tmp_path}/no")
    outcome = command.run(*line, f"sqlite:///{other}")
    refused(outcome, 1, f"the store file {other} cannot be read", "not a store of sc-analytics")
    assert other.read_text() == "no database " * 100


def delete_before(log: Labelled, partition: int, offset: int) -> None:
    """Let retention delete everything below an offset."""
    admin = KafkaAdminClient(bootstrap_servers=log.servers)
    try:
        admin.delete_records({TopicPartition(log.topic, partition): offset})
    finally:
        admin.close()
