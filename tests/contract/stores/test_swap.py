"""Load and swap: whole documents under compare-and-swap."""

from typing import Any

import pytest

from sc_analytics_cli.store.port import Store

KIND = "analytics_order_funnel"
OTHER = "analytics_orders"


def write(store: Store, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    """Swap documents that must win, and return them with their new `rev`."""
    revs = store.swap(KIND, documents)
    assert revs.keys() == {each["_id"] for each in documents}
    return [each | {"rev": revs[each["_id"]]} for each in documents]


def test_nothing_is_loaded_from_an_empty_store(store: Store) -> None:
    assert store.load(KIND, ["a", "b"]) == {}
    assert store.load(KIND, []) == {}


def test_load_finds_what_is_there_and_leaves_out_the_rest(store: Store) -> None:
    a, b = write(store, {"_id": "a", "n": 1}, {"_id": "b", "n": 2})
    assert store.load(KIND, ["a", "missing", "b"]) == {"a": a, "b": b}
    assert store.load(KIND, {"b"}) == {"b": b}
    assert store.load(KIND, ["a", "a"]) == {"a": a}
    assert store.load(KIND, []) == {}


def test_load_takes_any_collection_of_ids(store: Store) -> None:
    (a,) = write(store, {"_id": "a", "n": 1})
    for ids in ({"a": None}, {"a": None}.keys(), ("a",), frozenset("a")):
        assert store.load(KIND, ids) == {"a": a}


def test_kinds_do_not_see_each_other(store: Store) -> None:
    (a,) = write(store, {"_id": "a", "n": 1})
    assert store.load(OTHER, ["a"]) == {}
    assert store.swap(OTHER, [a]) == {}
    assert store.swap(OTHER, [{"_id": "a", "n": 2}]).keys() == {"a"}
    assert store.load(KIND, ["a"]) == {"a": a}


def test_empty_inputs_are_answered_with_nothing(store: Store) -> None:
    assert store.swap(KIND, []) == {}
    assert store.remove(KIND, []) == set()
    assert store.claim("analytics_ledger_x", {}) == {}
    assert store.owners("analytics_ledger_x", []) == {}


def test_a_document_without_rev_is_written_only_where_there_is_none(store: Store) -> None:
    (a,) = write(store, {"_id": "a", "n": 1})
    assert store.swap(KIND, [{"_id": "a", "n": 2}]) == {}
    assert store.load(KIND, ["a"]) == {"a": a}


def test_the_current_rev_replaces_the_whole_document(store: Store) -> None:
    (first,) = write(store, {"_id": "a", "n": 1, "gone": True, "map": {"x": 1, "y": 2}})
    after = {"_id": "a", "rev": first["rev"], "n": 2, "map": {"y": 3}}
    (second,) = write(store, after)
    assert second["rev"] != first["rev"]
    assert store.load(KIND, ["a"]) == {"a": second}


def test_writing_the_same_content_again_gives_a_new_rev(store: Store) -> None:
    (first,) = write(store, {"_id": "a", "n": 1})
    (second,) = write(store, first)
    assert second["rev"] != first["rev"]
    assert store.swap(KIND, [first]) == {}


def test_a_stale_rev_changes_nothing(store: Store) -> None:
    (first,) = write(store, {"_id": "a", "n": 1})
    (second,) = write(store, first | {"n": 2})
    assert store.swap(KIND, [first | {"n": 3}]) == {}
    assert store.load(KIND, ["a"]) == {"a": second}


@pytest.mark.parametrize("rev", ["0123456789abcdef", "", "$rev", "$_id"])
def test_a_rev_that_never_was_changes_nothing(store: Store, rev: str) -> None:
    (a,) = write(store, {"_id": "a", "n": 1})
    assert store.swap(KIND, [{"_id": "a", "rev": rev}, {"_id": "b", "rev": rev}]) == {}
    assert list(store.scan(KIND)) == [a]


def test_the_rev_of_another_document_changes_nothing(store: Store) -> None:
    a, b = write(store, {"_id": "a", "n": 1}, {"_id": "b", "n": 2})
    assert store.swap(KIND, [a | {"rev": b["rev"]}]) == {}
    assert store.load(KIND, ["a", "b"]) == {"a": a, "b": b}


def test_a_removed_document_is_not_brought_back_by_its_rev(store: Store) -> None:
    (a,) = write(store, {"_id": "a", "n": 1})
    assert store.remove(KIND, [a]) == {"a"}
    assert store.swap(KIND, [a | {"n": 2}]) == {}
    assert store.load(KIND, ["a"]) == {}


def test_the_rev_of_a_former_life_never_matches_again(store: Store) -> None:
    former = []
    for life in range(5):
        (a,) = write(store, {"_id": "a", "n": life})
        former.append(a)
        assert store.remove(KIND, [a]) == {"a"}
    (last,) = write(store, {"_id": "a", "n": 0})
    for each in former:
        assert store.swap(KIND, [each]) == {}
        assert store.remove(KIND, [each]) == set()
    assert store.load(KIND, ["a"]) == {"a": last}


def test_exactly_the_winners_of_a_mixed_swap_are_reported(store: Store) -> None:
    current, stale, removed, taken = write(
        store, *({"_id": each, "n": 1} for each in ("current", "stale", "removed", "taken"))
    )
    (newer,) = write(store, stale | {"n": 2})
    assert store.remove(KIND, [removed]) == {"removed"}
    revs = store.swap(
        KIND,
        [
            removed | {"n": 3},
            {"_id": "taken", "n": 3},
            current | {"n": 3},
            stale | {"n": 3},
            {"_id": "new", "n": 3},
        ],
    )
    assert revs.keys() == {"current", "new"}
    assert list(store.scan(KIND)) == [
        {"_id": "current", "rev": revs["current"], "n": 3},
        {"_id": "new", "rev": revs["new"], "n": 3},
        newer,
        taken,
    ]


def test_of_two_documents_with_one_id_the_first_wins(store: Store) -> None:
    (new,) = write(store, {"_id": "a", "n": 1})
    revs = store.swap(KIND, [new | {"n": 2}, new | {"n": 3}])
    assert store.load(KIND, ["a"]) == {"a": {"_id": "a", "rev": revs["a"], "n": 2}}
    revs = store.swap(KIND, [{"_id": "b", "n": 2}, {"_id": "b", "n": 3}])
    assert store.load(KIND, ["b"]) == {"b": {"_id": "b", "rev": revs["b"], "n": 2}}


def test_a_bulk_of_a_thousand_that_partly_conflicts(store: Store) -> None:
    size = 1000
    known = write(store, *({"_id": f"d{n:04}", "n": 0} for n in range(0, size, 2)))
    write(store, *(each | {"n": 1} for each in known[::3]))
    revs_known = {each["_id"]: each["rev"] for each in known}
    bulk = []
    for n in range(size):
        document: dict[str, Any] = {"_id": f"d{n:04}", "n": 2}
        if document["_id"] in revs_known and n % 5:
            document["rev"] = revs_known[document["_id"]]
        bulk.append(document)

    revs = store.swap(KIND, bulk)

    lost = {each["_id"] for each in known[::3]}  # their rev is stale
    lost |= {f"d{n:04}" for n in range(0, size, 10)}  # no rev, and there is one
    assert {each["_id"] for each in bulk} - revs.keys() == lost
    assert len(set(revs.values())) == len(revs)
    stored = {each["_id"]: each for each in store.scan(KIND)}
    assert len(stored) == size
    for document in bulk:
        key = document["_id"]
        if key in revs:
            assert stored[key] == {"_id": key, "rev": revs[key], "n": 2}
        else:
            assert stored[key]["n"] in (0, 1)


def test_thousands_are_loaded_in_one_call(store: Store) -> None:
    documents = write(store, *({"_id": f"d{n}", "n": n} for n in range(3000)))
    ids = [f"d{n}" for n in range(4000)]
    assert store.load(KIND, ids) == {each["_id"]: each for each in documents}


def test_what_was_handed_over_is_left_as_it_is(store: Store) -> None:
    new = {"_id": "a", "map": {"x": 1}}
    revs = store.swap(KIND, [new])
    assert new == {"_id": "a", "map": {"x": 1}}
    known = new | {"rev": revs["a"]}
    before = dict(known)
    store.swap(KIND, [known])
    assert known == before


def test_changing_a_document_in_hand_changes_nothing_stored(store: Store) -> None:
    mine: dict[str, Any] = {"_id": "a", "map": {"x": {"y": 1}}, "list": [[1]]}
    (a,) = write(store, mine)
    wanted = {"_id": "a", "rev": a["rev"], "map": {"x": {"y": 1}}, "list": [[1]]}
    for copy in (mine, store.load(KIND, ["a"])["a"], next(iter(store.scan(KIND)))):
        copy["map"]["x"]["y"] = 2
        copy["map"]["z"] = 3
        copy["list"][0].append(4)
        copy["more"] = 5
        assert store.load(KIND, ["a"]) == {"a": wanted}
        assert list(store.scan(KIND)) == [wanted]
