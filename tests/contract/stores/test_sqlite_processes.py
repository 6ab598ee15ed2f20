"""Several processes at one file: one is killed in the middle, one waits for the other."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sc_analytics_cli.errors import UnreachableError
from sc_analytics_cli.event import Coordinate
from sc_analytics_cli.store.sqlite import SqliteStore
from tests.contract.stores.crowd import answer, begin, end

KIND = "analytics_order_funnel"
LEDGER = "analytics_ledger_order_funnel"
CHECKPOINTS = "analytics_checkpoints"
SIZE = 1500

POINTS = ["nothing", "swap", "claim", "checkpoint", "end"]
"""What the other process has done when it says so and stops."""


def write_and_stop(line: Connection, path: Path, point: str) -> None:
    """A flush that stops at a point: it says so, and goes on when it is told to."""
    store = SqliteStore(path)

    def reached(now: str) -> None:
        if now == point:
            line.send(now)
            line.recv()

    with store.atomic():
        reached("nothing")
        known = store.load(KIND, ["known"])["known"]
        store.swap(KIND, [known | {"n": 2}])
        store.swap(KIND, [{"_id": f"d{n}", "text": "x" * 4000} for n in range(SIZE)])
        reached("swap")  # more than SQLite keeps in memory: half of it is in the file
        store.claim(LEDGER, {f"e{n}": Coordinate("topic/0", n) for n in range(SIZE)})
        reached("claim")
        store.swap(CHECKPOINTS, [{"_id": "c", "next": SIZE}])
        reached("checkpoint")
    reached("end")
    store.close()
    line.send("closed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that holds one document."""
    with closing(SqliteStore(tmp_path / "store.db")) as store:
        store.swap(KIND, [{"_id": "known", "n": 1}])
    return tmp_path / "store.db"


@pytest.fixture
def at_swap(path: Path) -> Iterator[Connection]:
    """The line to another process that is in the middle of a flush."""
    process, line = begin(write_and_stop, path, "swap")
    assert answer(line) == "swap"
    yield line
    end(process, line)


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_in_a_stretch_leaves_all_of_it_or_nothing(path: Path, point: str) -> None:
    process, line = begin(write_and_stop, path, point)
    assert answer(line) == point
    end(process, line)

    done = point == "end"
    with closing(SqliteStore(path, timeout=2)) as store:
        (known,) = store.load(KIND, ["known"]).values()
        assert known["n"] == (2 if done else 1)
        assert len(list(store.scan(KIND))) == (SIZE + 1 if done else 1)
        owners = store.owners(LEDGER, [f"e{n}" for n in range(SIZE)])
        assert len(owners) == (SIZE if done else 0)
        assert len(store.load(CHECKPOINTS, ["c"])) == (1 if done else 0)

        assert store.swap(KIND, [known | {"n": 3}]).keys() == {"known"}
        assert store.claim(LEDGER, {"e0": Coordinate("topic/0", 0)}) == {}
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_writer_waits_for_its_turn(path: Path, at_swap: Connection) -> None:
    with closing(SqliteStore(path)) as store:
        (before,) = store.load(KIND, ["known"]).values()
        at_swap.send("go on")
        with store.atomic():  # begins when the other stretch has ended
            assert store.swap(KIND, [before | {"n": 9}]) == {}
            (now,) = store.load(KIND, ["known"]).values()
            assert now["n"] == 2
            assert store.swap(KIND, [now | {"n": 3}]).keys() == {"known"}
            assert len(store.owners(LEDGER, [f"e{n}" for n in range(SIZE)])) == SIZE
        assert answer(at_swap) == "closed"
        assert store.load(KIND, ["known"])["known"]["n"] == 3


@pytest.mark.usefixtures("at_swap")
def test_a_reader_does_not_wait_and_sees_what_was_before(path: Path) -> None:
    with closing(SqliteStore(path, timeout=0.1)) as store:
        assert [each["n"] for each in store.scan(KIND)] == [1]
        assert store.owners(LEDGER, ["e0"]) == {}


@pytest.mark.usefixtures("at_swap")
def test_a_writer_that_waits_too_long_is_told_who_is_in_the_way(path: Path) -> None:
    with closing(SqliteStore(path, timeout=0.5)) as store:
        for verb in (
            lambda: store.swap(KIND, [{"_id": "new"}]),
            lambda: store.remove(KIND, [{"_id": "known", "rev": "x"}]),
            lambda: store.claim(LEDGER, {"new": Coordinate("topic/0", 1)}),
            lambda: store.atomic().__enter__(),
        ):
            start = time.monotonic()
            with pytest.raises(UnreachableError) as caught:
                verb()
            assert 0.4 < time.monotonic() - start < 10
            assert str(path) in caught.value.what
            assert caught.value.cause == "another process holds it"


def test_who_was_refused_can_try_again(path: Path, at_swap: Connection) -> None:
    with closing(SqliteStore(path, timeout=0.2)) as store:
        with pytest.raises(UnreachableError):
            store.swap(KIND, [{"_id": "new", "n": 1}])
        at_swap.send("go on")
        assert answer(at_swap) == "closed"
        assert store.swap(KIND, [{"_id": "new", "n": 1}]).keys() == {"new"}
        assert store.load(KIND, ["known"])["known"]["n"] == 2
