"""Dead letters: kept once, with all that is needed to look at them and to try again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sc_analytics_cli.event import DeadLetter, LogRecord
from sc_analytics_cli.run.dead_letters import Letters
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import DEAD_LETTERS

NOW = datetime(2026, 10, 1, tzinfo=UTC)
LATER = datetime(2026, 10, 2, tzinfo=UTC)


def letters(store: MemoryStore, projection: str = "revenue") -> Letters:
    """Those of a run before which nothing was absorbed."""
    return Letters(store, projection, lambda partition: ())


def letter(offset: int, reason: str = "not JSON", timestamp: int | None = None) -> DeadLetter:
    return DeadLetter(
        LogRecord(offset, b"{\xff", b"\xfe", timestamp, [("h", b"\0"), ("n", None)]), reason
    )


def test_a_dead_letter_holds_the_whole_record() -> None:
    """Raw bytes, key and headers, and where it stands."""
    store = MemoryStore()
    letters(store).keep([("t/3", "t", letter(12, timestamp=1_790_812_800_500))], NOW)
    (stored,) = store.scan(DEAD_LETTERS)
    del stored["rev"]
    assert stored == {
        "_id": "revenue:t/3:12",
        "projection": "revenue",
        "topic": "t",
        "partition": 3,
        "offset": 12,
        "reason": "not JSON",
        "status": "open",
        "first_seen": NOW,
        "recorded_at": datetime(2026, 10, 1, 0, 0, 0, 500_000, UTC),
        "key": b"\xfe",
        "value": b"{\xff",
        "value_bytes": 2,
        "headers": [{"name": "h", "base64": "AA=="}, {"name": "n", "base64": None}],
    }


def test_a_line_of_a_file_has_the_file_as_topic() -> None:
    """Partition 0 and the line number."""
    store = MemoryStore()
    letters(store).keep([("file:abc/0", "events.ndjson", letter(7))], NOW)
    (stored,) = store.scan(DEAD_LETTERS)
    assert (stored["topic"], stored["partition"], stored["offset"]) == ("events.ndjson", 0, 7)


def test_reading_the_log_again_changes_nothing() -> None:
    """Not even where the letter was discarded meanwhile; new ones are added."""
    store = MemoryStore()
    letters(store).keep([("t/0", "t", letter(1)), ("t/0", "t", letter(2))], NOW)
    (first, second) = store.scan(DEAD_LETTERS)
    store.swap(DEAD_LETTERS, [first | {"status": "discarded"}])
    letters(store).keep(
        [("t/0", "t", letter(offset, "another reason")) for offset in (1, 2, 3)],
        LATER,
    )
    found = list(store.scan(DEAD_LETTERS))
    assert [each["status"] for each in found] == ["discarded", "open", "open"]
    assert [each["first_seen"] for each in found] == [NOW, NOW, LATER]
    assert found[1] == second


def test_each_projection_has_its_own() -> None:
    """The same record may be a dead letter of several."""
    store = MemoryStore()
    for projection in ("revenue", "order-funnel"):
        letters(store, projection).keep([("t/0", "t", letter(1))], NOW)
    assert [each["_id"] for each in store.scan(DEAD_LETTERS)] == [
        "order-funnel:t/0:1",
        "revenue:t/0:1",
    ]


@pytest.mark.parametrize("timestamp", [None, -1, 10**18])
def test_a_record_without_a_usable_timestamp(timestamp: int | None) -> None:
    """Is kept like any other."""
    store = MemoryStore()
    letters(store).keep([("t/0", "t", letter(1, timestamp=timestamp))], NOW)
    (stored,) = store.scan(DEAD_LETTERS)
    assert stored["recorded_at"] is None
