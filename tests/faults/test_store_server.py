"""MongoDB itself fails under a live consumer: elections, kill -9, a full disk."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.product import stop, wait_until
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .mongo_set import replica_set
from .orders import DAY, Orders, counted

FLAGS = (
    *("--timeout", "3", "--session-timeout", "3s"),
    *("--flush-interval", "100ms", "--flush-records", "500"),
)
DISK_MB = 400
MAX_RSS_KB = 250_000


def names(first: int, count: int) -> list[str]:
    """Orders by number."""
    return [f"order-{number}" for number in range(first, first + count)]


def test_elections_and_a_killed_primary(kafka: KafkaServer) -> None:
    """The primary steps down, then is killed with -9: each time another one takes over."""
    with replica_set() as members:
        store = members.database_uri(f"sc_test_{uuid4().hex[:8]}")
        orders = Orders(kafka.bootstrap_servers).create()
        process = orders.product(store, *FLAGS).start("consume", "order-funnel")
        total = 0

        def absorb() -> None:
            nonlocal total
            orders.send(names(total, 300))
            total += 300
            wait_until(lambda: counted(store) == {DAY: total}, what=f"{total} orders")

        absorb()
        stepped = members.step_down()
        absorb()
        assert members.primary() is not stepped
        killed = members.primary()
        assert killed is not None
        killed.kill()
        absorb()
        killed.restart()
        absorb()
        outcome = stop(process)
        assert outcome.code == 0, outcome.err
        assert outcome.err.count("MongoDB does not answer") <= 1, outcome.err


class OnSmallDisk(MongoServer):
    """A server whose data lie on a disk of their own, which can be filled."""

    def __init__(self) -> None:
        super().__init__()
        self.variable = "SC_ANALYTICS_TEST_MONGO_SMALL"  # type: ignore[misc]
        self._disk: Path | None = None

    def _prepare(self, directory: Path) -> None:
        super()._prepare(directory)
        self._disk = directory / "data"
        size = f"size={DISK_MB}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", self._disk], check=True)

    def stop(self) -> None:
        """See Server.stop; the disk goes with the server."""
        if self._child is not None:
            self._child.kill()
        if self._disk is not None:
            subprocess.run(["umount", "-l", self._disk], check=True)
        super().stop()

    def accept_little_room(self) -> None:
        """Make indexes on this disk too; MongoDB's default wants 500 MB of room for one."""
        with self._client() as client:
            client.admin.command({"setParameter": 1, "indexBuildMinAvailableDiskSpaceMB": 0})

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Not a byte is free meanwhile."""
        assert self._disk is not None
        ballast = self._disk / "ballast"
        with ballast.open("wb", buffering=0) as file, _until_full():
            while True:
                file.write(b"x" * 65_536)
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def _until_full() -> Iterator[None]:
    with pytest.raises(OSError, match="No space left"):
        yield


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of its own")
def test_a_full_disk(kafka: KafkaServer) -> None:
    """It waits, its memory does not grow with what is waiting, and it counts all of it later.

    At its first start there is room, but less than MongoDB wants for an index.
    """
    with OnSmallDisk() as server:
        store = server.database_uri("sc_full")
        orders = Orders(kafka.bootstrap_servers).create()
        orders.send(names(0, 300))
        outcome = orders.product(store, *FLAGS).run("consume", "order-funnel", "--until-end")
        assert outcome.code == 5, outcome.err
        assert "has no room on its disk" in outcome.err
        process = orders.product(store, *FLAGS).start("consume", "order-funnel")
        server.accept_little_room()
        wait_until(lambda: counted(store) == {DAY: 300}, what="the first orders")
        with server.filled():
            for part in range(4):
                orders.send(names(300 + part * 3_000, 3_000))
            time.sleep(8)
            assert process.poll() is None, process.communicate()
            assert _status(process.pid)["VmRSS"] < MAX_RSS_KB
        server.recover()
        wait_until(lambda: counted(store) == {DAY: 12_300}, what="all orders")
        outcome = stop(process)
        assert outcome.code == 0, outcome.err
        assert outcome.err.count("MongoDB") <= 2, outcome.err


def _status(pid: int) -> Mapping[str, int]:
    """What the kernel says of a process, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if line.endswith("kB"))
    return {name: int(value.split()[0]) for name, value in pairs}
