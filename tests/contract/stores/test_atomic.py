"""`atomic` and `close`: what every store does, and what the embedded one does at one stroke."""

import threading
from collections.abc import Callable

import pytest

from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.port import Store
from tests.contract.stores.kinds import DURABLE, EVERY, SQLITE, only

KIND = "analytics_order_funnel"
LEDGER = "analytics_ledger_order_funnel"
AT = Coordinate("topic/0", 1)


class Stop(Exception):
    """Ends a stretch in the middle."""


def write_all(store: Store, key: str) -> None:
    """A document, a claim, and a document of another kind."""
    store.swap(KIND, [{"_id": key, "n": 1}])
    store.claim(LEDGER, {key: AT})
    store.swap("analytics_checkpoints", [{"_id": key, "n": 1}])


def write_and_stop(store: Store, stop: type[BaseException] = Stop) -> None:
    """A stretch that writes, and writes more in a stretch within, and then fails."""
    with store.atomic():
        write_all(store, "a")
        for document in store.scan(KIND, "before", "before"):
            assert store.swap(KIND, [document | {"n": 2}])
        with store.atomic():
            store.swap("analytics_new_kind", [{"_id": "a"}])
            raise stop


def is_there(store: Store, key: str) -> list[bool]:
    """Which of the three are there."""
    return [
        key in store.load(KIND, [key]),
        key in store.owners(LEDGER, [key]),
        key in store.load("analytics_checkpoints", [key]),
    ]


def test_what_is_written_in_a_stretch_is_seen_in_it_and_after_it(store: Store) -> None:
    with store.atomic():
        write_all(store, "a")
        assert is_there(store, "a") == [True, True, True]
        assert [each["_id"] for each in store.scan(KIND)] == ["a"]
    assert is_there(store, "a") == [True, True, True]


def test_stretches_nest(store: Store) -> None:
    with store.atomic():
        write_all(store, "a")
        with store.atomic():
            write_all(store, "b")
            with store.atomic():
                pass
        write_all(store, "c")
    assert [is_there(store, key) for key in "abc"] == [[True] * 3] * 3


def test_an_empty_stretch_and_one_that_only_reads(store: Store) -> None:
    with store.atomic():
        pass
    with store.atomic():
        assert store.load(KIND, ["a"]) == {}
        assert list(store.scan(KIND)) == []


@only(*(each for each in EVERY if each != SQLITE))
def test_where_each_verb_stands_by_itself_an_exception_undoes_nothing(store: Store) -> None:
    with pytest.raises(Stop):
        write_and_stop(store)
    assert is_there(store, "a") == [True, True, True]
    assert store.load("analytics_new_kind", ["a"]).keys() == {"a"}


@only(SQLITE)
@pytest.mark.parametrize("stop", [Stop, KeyboardInterrupt, SystemExit])
def test_the_file_goes_back_to_before_an_exception(
    store: Store, opened: Callable[..., Store], stop: type[BaseException]
) -> None:
    write_all(store, "before")
    (before,) = store.scan(KIND)
    with pytest.raises(stop):
        write_and_stop(store, stop)
    for each in (store, opened()):
        assert is_there(each, "a") == [False, False, False]
        assert list(each.scan(KIND)) == [before]
        assert each.load("analytics_new_kind", ["a"]) == {}


@only(SQLITE)
def test_the_file_can_be_used_on_after_an_exception(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(Stop):
            write_and_stop(store)
    write_all(store, "a")
    with store.atomic():
        write_all(store, "b")
    assert [is_there(store, key) for key in "ab"] == [[True] * 3] * 2
    assert store.claim(LEDGER, {"a": AT._replace(offset=2)}) == {"a": str(AT)}


@only(SQLITE)
def test_nobody_sees_half_of_a_stretch(store: Store, opened: Callable[..., Store]) -> None:
    other = opened()
    write_all(other, "before")
    with store.atomic():
        write_all(store, "a")
        assert is_there(other, "a") == [False, False, False]
        assert is_there(other, "before") == [True, True, True]
    assert is_there(other, "a") == [True, True, True]


@only(SQLITE)
def test_another_thread_takes_no_part_in_a_stretch(store: Store) -> None:
    other = threading.Thread(target=write_all, args=(store, "other"), daemon=True)

    def stop_while_the_other_waits() -> None:
        with store.atomic():
            write_all(store, "a")
            other.start()
            other.join(0.2)
            assert other.is_alive()
            raise Stop

    with pytest.raises(Stop):
        stop_while_the_other_waits()
    other.join(10)
    assert is_there(store, "a") == [False, False, False]
    assert is_there(store, "other") == [True, True, True]


@only(*DURABLE)
def test_what_was_written_is_there_after_closing_and_opening_again(
    opened: Callable[..., Store],
) -> None:
    first = opened()
    write_all(first, "a")
    (written,) = first.scan(KIND)
    first.close()
    second = opened()
    assert is_there(second, "a") == [True, True, True]
    assert list(second.scan(KIND)) == [written]
    assert second.swap(KIND, [written | {"n": 2}]).keys() == {"a"}
    assert second.claim(LEDGER, {"a": AT}) == {}
    assert second.claim(LEDGER, {"a": AT._replace(offset=2)}) == {"a": str(AT)}


def test_closing_twice_is_harmless(store: Store) -> None:
    write_all(store, "a")
    store.close()
    store.close()


@only(*DURABLE)
def test_closing_one_store_leaves_others_at_the_same_place_open(
    opened: Callable[..., Store],
) -> None:
    first, second = opened(), opened()
    write_all(first, "a")
    first.close()
    assert is_there(second, "a") == [True, True, True]
    write_all(second, "b")
    assert is_there(opened(), "b") == [True, True, True]
