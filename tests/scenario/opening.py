"""How each process of a scenario comes by its store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import Store
from sc_analytics_cli.store.sqlite import SqliteStore

StoreOpener = Callable[[], Store]


def memory(store: Store | None = None) -> StoreOpener:
    """Opens one and the same store each time: this one, or a new one in memory."""
    shared: Store = store or MemoryStore()
    return lambda: shared


@contextmanager
def sqlite(folder: Path) -> Iterator[StoreOpener]:
    """Opens a new connection to one and the same file each time."""
    with TemporaryDirectory(dir=folder) as own, ExitStack() as connections:
        path = Path(own) / "store.db"
        yield lambda: connections.enter_context(closing(SqliteStore(path)))
