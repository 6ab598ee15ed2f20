"""`backfill --source`: an archive that does not hold what a document counts takes nothing away."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.documents import stored

from .command import Command, plain, refused

DATE = "2026-10-01"
TOPIC = "sc.domain.order"


def record(offset: int, topic: str = TOPIC) -> str:
    """A line as `kcat -J` writes it: an order created on the date."""
    value = {
        "event_id": f"e{offset}",
        "event_type": "order.created",
        "occurred_at": f"{DATE}T12:00:00Z",
        "payload": {"order_id": f"o{offset}"},
    }
    told = {"topic": topic, "partition": 0, "offset": offset, "ts": 1_790_000_000_000 + offset}
    return json.dumps(told | {"key": None, "payload": json.dumps(value)}) + "\n"


def archive(path: Path, count: int, first: int = 0, topic: str = TOPIC) -> str:
    """The records `[first, count)` of a topic."""
    path.write_text("".join(record(offset, topic) for offset in range(first, count)))
    return str(path)


def plain_lines(count: int) -> bytes:
    """So many events as plain NDJSON."""
    return "".join(json.loads(record(each))["payload"] + "\n" for each in range(count)).encode()


@pytest.fixture
def command(embedded: str) -> Command:
    """A store of its own, and no broker."""
    return Command(embedded)


def document(command: Command) -> dict[str, Any]:
    """The funnel of the date."""
    return stored(command.store, "order-funnel")[DATE]


def rebuild(command: Command, file: str, *more: str) -> Any:
    """Backfill the date's funnel from a file."""
    return command.run("backfill", "order-funnel", "--date", DATE, "--source", file, "--yes", *more)


def test_an_archive_that_ends_before_the_document_takes_nothing_away(
    command: Command, tmp_path: Path
) -> None:
    """The date is left alone and named, also in a dry run; what is there is taken where allowed."""
    whole, early = archive(tmp_path / "whole", 20), archive(tmp_path / "early", 12)
    command.ok("replay", "order-funnel", "--source", whole)
    before = document(command)
    for more in ((), ("--dry-run",)):
        outcome = rebuild(command, early, *more)
        assert outcome.code == 6, outcome.err
        plain(outcome, f"left as they are, because they would lose events: order-funnel: {DATE}")
        assert "-8" not in outcome.out
        assert document(command) == before
    assert rebuild(command, early, "--allow-incomplete").code == 0
    assert (document(command)["orders_created"], document(command)["incomplete"]) == (12, True)
    assert rebuild(command, whole).code == 0
    assert document(command)["orders_created"] == 20
    assert "incomplete" not in document(command)


def test_an_archive_that_begins_behind_the_document_takes_nothing_away(
    command: Command, tmp_path: Path
) -> None:
    command.ok("replay", "order-funnel", "--source", archive(tmp_path / "whole", 20))
    outcome = rebuild(command, archive(tmp_path / "late", 20, first=5))
    assert outcome.code == 6, outcome.err
    assert document(command)["orders_created"] == 20


def test_a_short_archive_that_takes_nothing_away_is_enough(
    command: Command, tmp_path: Path
) -> None:
    """What lies behind its end is of other dates; a wrong figure is mended."""
    other = tmp_path / "other"
    other.write_text(
        "".join(map(record, range(10))) + record(10).replace(f"{DATE}T", "2026-10-09T")
    )
    command.ok("replay", "order-funnel", "--source", str(other))
    assert rebuild(command, archive(tmp_path / "short", 10)).code == 0
    assert document(command)["orders_created"] == 10


@pytest.mark.parametrize("verb", [("backfill", "--yes"), ("backfill", "--dry-run"), ("verify",)])
def test_an_archive_of_another_topic_is_refused(
    command: Command, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    """Documents that it says nothing of stay."""
    command.ok("replay", "order-funnel", "--source", archive(tmp_path / "whole", 20))
    before = document(command)
    other = archive(tmp_path / "other", 20, topic="prod.orders")
    empty = archive(tmp_path / "empty", 0)
    for file in (other, empty):
        outcome = command.run(*verb, "--date", DATE, "--source", file)
        refused(outcome, 6, f"{file} holds no records of sc.domain.")
        assert document(command) == before


def test_a_file_that_is_cut_is_not_begun(command: Command, tmp_path: Path) -> None:
    """Nothing is claimed for it: whatever is read next counts every event."""
    packed = gzip.compress(plain_lines(500))
    cut, whole = tmp_path / "cut.gz", tmp_path / "whole.gz"
    cut.write_bytes(packed[: len(packed) // 2])
    whole.write_bytes(packed)
    refused(rebuild(command, str(cut)), 6, "could not be read to its end")
    assert rebuild(command, str(whole)).code == 0
    assert document(command)["orders_created"] == 500


def test_a_document_that_goes_is_told(command: Command, tmp_path: Path) -> None:
    """A file of plain events is the whole truth for its dates."""
    command.ok("replay", "order-funnel", "--source", archive(tmp_path / "whole", 3))
    file = tmp_path / "plain.ndjson"
    file.write_bytes(plain_lines(3).replace(DATE.encode(), b"2026-10-02"))
    outcome = rebuild(command, str(file))
    assert outcome.code == 0
    plain(outcome, "1 date rewritten, 1 document removed")
    assert stored(command.store, "order-funnel") == {}
