"""The overlay: what it would change, while the store below stays as it is."""

import pytest

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.overlay import OverlayStore

KIND = "analytics_order_funnel"
LEDGER = "analytics_ledger_order_funnel"
FIRST, SECOND = Coordinate("topic/0", 1), Coordinate("topic/1", 2)


@pytest.fixture
def base() -> MemoryStore:
    """A store with documents a, b and c, and one claim."""
    store = MemoryStore()
    store.swap(KIND, [{"_id": each, "n": 1} for each in "abc"])
    store.claim(LEDGER, {"e1": FIRST})
    return store


def test_the_store_below_is_read_through(base: MemoryStore) -> None:
    overlay = OverlayStore(base)
    assert overlay.load(KIND, "abx") == base.load(KIND, "ab")
    assert list(overlay.scan(KIND)) == list(base.scan(KIND))
    assert overlay.owners(LEDGER, ["e1", "e2"]) == {"e1": str(FIRST)}
    assert overlay.claim(LEDGER, {"e1": SECOND}) == {"e1": str(FIRST)}
    assert overlay.claim(LEDGER, {"e1": FIRST}) == {}
    assert list(overlay.changed(KIND)) == []


def test_writes_stay_in_the_overlay(base: MemoryStore) -> None:
    before = list(base.scan(KIND))
    overlay = OverlayStore(base)
    a, b, c = overlay.scan(KIND)
    assert overlay.swap(KIND, [a | {"n": 2}, {"_id": "d", "n": 4}]).keys() == {"a", "d"}
    assert overlay.remove(KIND, [b]) == {"b"}
    assert overlay.claim(LEDGER, {"e2": FIRST}) == {}
    assert [(each["_id"], each["n"]) for each in overlay.scan(KIND)] == [
        ("a", 2),
        ("c", c["n"]),
        ("d", 4),
    ]
    assert list(base.scan(KIND)) == before
    assert base.owners(LEDGER, ["e1", "e2"]) == {"e1": str(FIRST)}


def test_writes_are_compared_with_the_store_below_without_a_load(base: MemoryStore) -> None:
    (a,) = base.scan(KIND, "a", "a")
    overlay = OverlayStore(base)
    assert overlay.swap(KIND, [{"_id": "a", "n": 2}]) == {}
    assert overlay.swap(KIND, [a | {"n": 2}]).keys() == {"a"}
    assert overlay.remove(KIND, [a]) == set()


def test_each_changed_document_is_told_before_and_after(base: MemoryStore) -> None:
    overlay = OverlayStore(base)
    a, b, _ = overlay.scan(KIND)
    overlay.swap(KIND, [a | {"n": 2}, {"_id": "d", "n": 4}, {"_id": "e", "n": 5}])
    overlay.remove(KIND, [b])
    overlay.remove(KIND, [*overlay.load(KIND, ["e"]).values()])
    new = overlay.load(KIND, ["a", "d"])
    assert list(overlay.changed(KIND)) == [(a, new["a"]), (b, None), (None, new["d"])]
    assert list(overlay.changed("analytics_orders")) == []


def test_what_others_write_below_is_no_change_of_the_overlay(base: MemoryStore) -> None:
    overlay = OverlayStore(base)
    a, b, _ = overlay.scan(KIND)
    overlay.load(KIND, ["d"])
    base.swap(KIND, [a | {"n": 7}, {"_id": "d", "n": 7}])
    base.remove(KIND, [b])
    assert list(overlay.changed(KIND)) == []


def test_the_picture_stays_as_it_was_first_seen(base: MemoryStore) -> None:
    overlay = OverlayStore(base)
    (a,) = overlay.load(KIND, ["a"]).values()
    base.swap(KIND, [a | {"n": 7}])
    assert overlay.load(KIND, ["a"]) == {"a": a}
    assert next(overlay.scan(KIND)) == a
    assert overlay.swap(KIND, [a | {"n": 2}]).keys() == {"a"}
