"""What a flush keeps of the documents that it has written."""

from __future__ import annotations

from typing import Any

from sc_analytics_cli.run.remembered import MOST_DOCUMENTS, MOST_ENTRIES, Remembered


def document(number: int, entries: int = 1) -> dict[str, Any]:
    return {"_id": f"d{number}", "n": number, "by": dict.fromkeys(map(str, range(entries)), 1)}


def kept(remembered: Remembered, count: int) -> list[int]:
    return [number for number in range(count) if remembered.get(f"d{number}") is not None]


def write(remembered: Remembered, *documents: dict[str, Any]) -> None:
    remembered.written(documents, {each["_id"]: "r" for each in documents})


def test_the_newest_stay() -> None:
    """At most so many; writing one again makes it new."""
    remembered = Remembered()
    for number in range(MOST_DOCUMENTS):
        write(remembered, document(number))
    write(remembered, document(0))
    write(remembered, document(MOST_DOCUMENTS))
    assert kept(remembered, MOST_DOCUMENTS + 1) == [0, *range(2, MOST_DOCUMENTS + 1)]
    assert remembered.missing(["d0", "d1", "d2"]) == ["d1"]


def test_large_documents_are_fewer_but_the_newest_is_always_kept() -> None:
    """Memory is bounded by the entries of their maps."""
    remembered = Remembered()
    for number in range(4):
        write(remembered, document(number, MOST_ENTRIES // 2))
    assert kept(remembered, 4) == [2, 3]
    write(remembered, document(4, MOST_ENTRIES * 2))
    assert kept(remembered, 5) == [4]


def test_what_another_writer_changed_is_forgotten() -> None:
    """A swap that was lost has to load again; one that was won has its new revision."""
    remembered = Remembered()
    remembered.loaded({"d0": document(0), "d1": document(1)})
    remembered.written([document(0), document(1)], {"d1": "new"})
    assert remembered.get("d0") is None
    assert (remembered.get("d1") or {})["rev"] == "new"
