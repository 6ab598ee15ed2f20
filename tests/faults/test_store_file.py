"""The embedded store's file fails under a command: it ends, says why, and nothing is half done."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.integration.product import Outcome, Product

from .orders import DAY, counted, created

ORDERS = 3_000
NEXT_DAY = "2026-10-02"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "store.db"


@pytest.fixture
def product(tmp_path: Path, path: Path) -> Product:
    """A store that holds one day's orders, and a file with those of the next."""
    made = Product("127.0.0.1:1", f"sqlite:///{path}", "--timeout", "1", "--flush-records", "500")
    for day, count in ((DAY, 100), (NEXT_DAY, ORDERS)):
        lines = [created(f"{day}-{number}", day) for number in range(count)]
        (tmp_path / day).write_bytes(b"\n".join(lines))
    made.ok("replay", "order-funnel", "--source", str(tmp_path / DAY))
    return made


def again(product: Product, path: Path) -> Outcome:
    """Replay the next day's orders."""
    return product.run("replay", "order-funnel", "--source", str(path.parent / NEXT_DAY))


def refused(outcome: Outcome, code: int, *words: str) -> None:
    """It ended with this code, and these words."""
    assert outcome.code == code, outcome.err
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


def whole(product: Product, path: Path) -> None:
    """What is stored is of whole flushes; and once nothing is in the way, all is counted, once."""
    before = counted(product.store)
    assert before[DAY] == 100
    assert before.get(NEXT_DAY, 0) % 500 == 0
    assert again(product, path).code == 0
    assert counted(product.store) == {DAY: 100, NEXT_DAY: ORDERS}


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """What this process starts cannot write beyond so many bytes of a file: as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 40_000, 150_000])
def test_a_full_disk(product: Product, path: Path, room: int) -> None:
    """At whichever write: the flush is undone as a whole."""
    with no_file_longer_than(path.stat().st_size + room):
        outcome = again(product, path)
    refused(outcome, 5, str(path), "the disk is full or failing", "make room")
    whole(product, path)


def test_a_file_that_another_process_holds(product: Product, path: Path) -> None:
    """It waits for --timeout and says who is in the way."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcome = again(product, path)
    refused(outcome, 5, str(path), "another process holds it")
    whole(product, path)


def test_a_file_that_is_cut_short(product: Product, path: Path) -> None:
    """It is called damaged; put back, it is as it was."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    outcome = again(product, path)
    refused(outcome, 1, str(path), "it is damaged")
    path.write_bytes(content)
    whole(product, path)
