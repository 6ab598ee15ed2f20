"""The journal of an order: facts are recorded once, in order of arrival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from sc_analytics_cli.event import Add, Coordinate, Event, Fact
from sc_analytics_cli.fold.journal import Booking, Entry, arranged, bookings, empty, record

PAID = Fact("o-1", "payment", 1250)
LED = Fact("o-1", "attribution", community="a.b")


def at(offset: int, event_id: str, fact: Fact = PAID) -> tuple[Coordinate, Event]:
    return Coordinate("t/0", offset), Event(offset, event_id, "2026-10-01", "14", (), fact)


def test_facts_are_kept_as_they_are_told() -> None:
    """Money with its cents, an attribution with both ids."""
    journal = record(empty("o-1"), [at(12, "e-1"), at(15, "e-2", LED)])
    assert journal == {
        "_id": "o-1",
        "facts": [
            {"at": "t/0:12", "event": "e-1", "kind": "payment", "date": "2026-10-01",
             "hour": "14", "cents": 1250},
            {"at": "t/0:15", "event": "e-2", "kind": "attribution", "date": "2026-10-01",
             "hour": "14", "community": "a.b", "promotion": None},
        ],
    }  # fmt: skip


def test_a_fact_is_recorded_once() -> None:
    """Its event id decides, at whichever coordinate; the first one stays."""
    journal = record(empty("o-1"), [at(12, "e-1"), at(13, "e-1", LED)])
    assert journal is not None
    assert [fact["at"] for fact in journal["facts"]] == ["t/0:12"]
    assert record(journal, [at(12, "e-1"), at(99, "e-1")]) is None
    grown = record(journal, [at(99, "e-1"), at(14, "e-2")])
    assert grown is not None
    assert [fact["at"] for fact in grown["facts"]] == ["t/0:12", "t/0:14"]


def test_recording_leaves_the_given_journal_as_it_is() -> None:
    """And keeps its revision."""
    journal = {**empty("o-1"), "rev": "r1"}
    grown = record(journal, [at(12, "e-1")])
    assert journal == {"_id": "o-1", "facts": [], "rev": "r1"}
    assert grown is not None
    assert grown["rev"] == "r1"


def test_nothing_to_record_is_no_new_journal() -> None:
    """So nothing is written."""
    assert record(empty("o-1"), []) is None


def each_by_its_place(facts: Sequence[Entry]) -> Iterator[Sequence[Booking]]:
    for place, fact in enumerate(facts):
        yield [Booking(fact["date"], fact["hour"], (Add("x", place),))] * place


def test_what_facts_add_is_told_by_their_coordinate() -> None:
    """From none to several bookings."""
    journal = record(empty("o-1"), [at(7, "e-1"), at(9, "e-2"), at(12, "e-3")])
    assert journal is not None
    booked = bookings(journal, each_by_its_place)
    assert {where: len(found) for where, found in booked.items()} == {
        "t/0:7": 0,
        "t/0:9": 1,
        "t/0:12": 2,
    }


def test_facts_recorded_late_take_their_place_by_offset_within_their_partition() -> None:
    """Those of other partitions stay where they were recorded."""
    facts = [{"at": place} for place in ("t/0:5", "t/1:3", "t/0:2", "t/0:9", "t/1:1")]
    assert [each["at"] for each in arranged(facts)] == [
        "t/0:2",
        "t/0:5",
        "t/1:1",
        "t/1:3",
        "t/0:9",
    ]


def test_a_bookkeeper_answers_for_every_fact() -> None:
    """One that forgets some is a mistake in a projection."""
    journal = record(empty("o-1"), [at(12, "e-1"), at(7, "e-2")])
    assert journal is not None
    with pytest.raises(ValueError, match="shorter"):
        bookings(journal, lambda facts: iter([[]]))
