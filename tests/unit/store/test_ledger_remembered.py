"""What is remembered of a ledger's log is bounded, whatever its segments are like."""

from datetime import UTC, datetime
from typing import Any

from sc_analytics_cli.store.ledger_remembered import Remembered

SEEN = datetime(2026, 11, 29, tzinfo=UTC)


def document(number: int, ids: int) -> dict[str, Any]:
    keys = b"".join((number * 1_000 + each).to_bytes(16) for each in range(ids))
    packed = {"partitions": ["t/0"], "places": bytes(2 * ids), "offsets": bytes(8 * ids)}
    return {"_id": number, "seen": SEEN, "keys": keys, **packed}


def known(remembered: Remembered, numbers: range) -> list[int]:
    return [number for number in numbers if remembered.get((number, SEEN))]


def test_those_that_were_looked_through_last_stay() -> None:
    remembered = Remembered(room=900)
    for number in range(4):
        remembered.add(document(number, 150))
        remembered.get((0, SEEN))
    remembered.add(document(4, 150))
    assert known(remembered, range(6)) == [0, 2, 3, 4]


def test_segments_of_one_id_take_room_as_well() -> None:
    remembered = Remembered(room=1_000)
    for number in range(500):
        remembered.add(document(number, 1))
    assert len(known(remembered, range(500))) == 1_000 // 51


def test_taking_in_the_same_one_again_takes_no_more_room() -> None:
    remembered = Remembered(room=1_000)
    for _ in range(50):
        for number in range(4):
            remembered.add(document(number, 150))
    assert known(remembered, range(4)) == [0, 1, 2, 3]


def test_the_same_number_of_another_time_is_another_segment() -> None:
    remembered = Remembered()
    remembered.add(document(1, 5))
    assert remembered.get((1, SEEN.replace(year=2027))) is None
