"""Remove under compare-and-swap, and scan in the order of code points."""

from typing import Any

from sc_analytics_cli.store.port import Store

KIND = "analytics_order_funnel"
IN_ORDER = [
    "",
    "\t",
    " ",
    "$x",
    "-1",
    "0",
    "10",
    "9",
    "A",
    "Z",
    "a",
    "a ",
    "a.b",
    "aa",
    "b",
    "e\u0301",
    "z",
    "é",
    "\u0627",
    "\u2028",
    "\ue000",
    "\uffff",
    "😀",  # after \uffff by code point, before \ue000 where UTF-16 units are compared
]


def write(store: Store, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    revs = store.swap(KIND, documents)
    return [each | {"rev": revs[each["_id"]]} for each in documents]


def ids(store: Store, first: str = "", last: str | None = None) -> list[str]:
    return [each["_id"] for each in store.scan(KIND, first, last)]


def test_the_current_rev_removes(store: Store) -> None:
    a, b = write(store, {"_id": "a", "n": 1}, {"_id": "b", "n": 2})
    assert store.remove(KIND, [a]) == {"a"}
    assert store.load(KIND, ["a", "b"]) == {"b": b}
    assert ids(store) == ["b"]


def test_a_stale_rev_or_none_removes_nothing(store: Store) -> None:
    (first,) = write(store, {"_id": "a", "n": 1})
    (second,) = write(store, first | {"n": 2})
    assert store.remove(KIND, [first]) == set()
    assert store.remove(KIND, [{"_id": "a"}]) == set()
    assert store.remove(KIND, [{"_id": "missing", "rev": second["rev"]}]) == set()
    assert store.load(KIND, ["a"]) == {"a": second}


def test_removing_twice_succeeds_once(store: Store) -> None:
    (a,) = write(store, {"_id": "a"})
    assert store.remove(KIND, [a]) == {"a"}
    assert store.remove(KIND, [a]) == set()


def test_exactly_the_removed_are_reported(store: Store) -> None:
    known = write(store, *({"_id": f"d{n:03}", "n": n} for n in range(100)))
    newer = write(store, *known[::2])
    assert store.remove(KIND, known) == {each["_id"] for each in known[1::2]}
    assert list(store.scan(KIND)) == newer


def test_a_removed_document_can_be_made_anew(store: Store) -> None:
    (a,) = write(store, {"_id": "a", "n": 1})
    store.remove(KIND, [a])
    (again,) = write(store, {"_id": "a", "n": 2})
    assert store.load(KIND, ["a"]) == {"a": again}


def test_a_scan_of_nothing_is_empty(store: Store) -> None:
    assert ids(store) == []
    write(store, {"_id": "b"})
    assert ids(store, "c") == []
    assert ids(store, "", "a") == []
    assert ids(store, "c", "a") == []
    assert list(store.scan("analytics_unknown")) == []


def test_a_scan_is_in_the_order_of_code_points(store: Store) -> None:
    assert sorted(IN_ORDER) == IN_ORDER
    write(store, *({"_id": each} for each in IN_ORDER[::2] + IN_ORDER[1::2][::-1]))
    assert ids(store) == IN_ORDER


def test_the_bounds_of_a_scan_are_inclusive(store: Store) -> None:
    write(store, *({"_id": f"2026-01-0{day}"} for day in range(1, 8)))
    assert ids(store, "2026-01-03", "2026-01-05") == ["2026-01-03", "2026-01-04", "2026-01-05"]
    assert ids(store, "2026-01-06") == ["2026-01-06", "2026-01-07"]
    assert ids(store, "", "2026-01-02") == ["2026-01-01", "2026-01-02"]
    assert ids(store, "2026-01-04", "2026-01-04") == ["2026-01-04"]
    assert ids(store, "2026-01-031", "2026-01-05x") == ["2026-01-04", "2026-01-05"]


def test_any_text_can_be_a_bound(store: Store) -> None:
    write(store, *({"_id": each} for each in IN_ORDER))
    for place, bound in enumerate(IN_ORDER):
        assert ids(store, bound) == IN_ORDER[place:]
        assert ids(store, "", bound) == IN_ORDER[: place + 1]


def test_every_id_with_a_prefix_lies_before_the_prefix_and_the_last_character(
    store: Store,
) -> None:
    write(store, *({"_id": f"p:{each}"} for each in IN_ORDER), {"_id": "p"}, {"_id": "q"})
    assert ids(store, "p:", "p:\U0010ffff") == [f"p:{each}" for each in IN_ORDER]


def test_a_scan_of_some_fields_gives_only_those_that_a_document_has(store: Store) -> None:
    write(store, {"_id": "a", "n": 1, "m": {"x": 1}, "raw": b"1"}, {"_id": "b", "m": None})
    assert list(store.scan(KIND, fields=["n", "m"])) == [
        {"_id": "a", "n": 1, "m": {"x": 1}},
        {"_id": "b", "m": None},
    ]
    assert list(store.scan(KIND, "b", fields=[])) == [{"_id": "b"}]


def test_a_long_scan_gives_every_document_once(store: Store) -> None:
    documents = write(store, *({"_id": f"{n:05}", "n": n} for n in range(3000)))
    assert list(store.scan(KIND)) == documents


def test_a_scan_may_be_left_early(store: Store) -> None:
    write(store, *({"_id": f"{n:05}"} for n in range(500)))
    scan = store.scan(KIND)
    assert next(scan)["_id"] == "00000"
    del scan
    assert len(ids(store)) == 500


def test_writing_during_a_scan_shows_no_document_twice(store: Store) -> None:
    write(store, *({"_id": f"{n:04}", "n": 0} for n in range(600)))
    seen = []
    for document in store.scan(KIND):
        seen.append(document["_id"])
        assert store.swap(KIND, [document | {"n": 1}])
    assert seen == [f"{n:04}" for n in range(600)]
    assert {each["n"] for each in store.scan(KIND)} == {1}


def test_documents_are_counted_by_the_values_of_fields(store: Store) -> None:
    """Large ones and those with other fields too; of an unknown kind there are none."""
    assert store.counts(KIND, "a", "status") == {}
    write(
        store,
        *({"_id": f"x{n}", "a": "revenue", "status": "open", "value": b"v" * n} for n in range(9)),
        {"_id": "y", "a": "revenue", "status": "closed"},
        {"_id": "z", "a": "$x \U0001f600", "status": "open", "more": {}},
    )
    assert store.counts(KIND, "a", "status") == {
        ("revenue", "open"): 9,
        ("revenue", "closed"): 1,
        ("$x \U0001f600", "open"): 1,
    }
    assert store.counts(KIND, "status") == {("open",): 10, ("closed",): 1}
