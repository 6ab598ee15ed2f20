"""Where a store keeps what it holds; opening a place again reaches the same documents."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.mongo import MongoStore
from sc_analytics_cli.store.overlay import OverlayStore
from sc_analytics_cli.store.port import Store
from sc_analytics_cli.store.sqlite import SqliteStore


class Place(Protocol):
    """Somewhere to open a store; may be handed to another process where it is durable."""

    def open(self, timeout: float = 10.0) -> Store: ...


@dataclass(frozen=True)
class InMemory:
    """One store object, shared by everyone who opens it."""

    store: MemoryStore = field(default_factory=MemoryStore)

    def open(self, timeout: float = 10.0) -> Store:
        return self.store


@dataclass(frozen=True)
class Overlaid:
    """A new overlay, with nothing written to it, each time."""

    base: Place

    def open(self, timeout: float = 10.0) -> Store:
        return OverlayStore(self.base.open(timeout))


@dataclass(frozen=True)
class InFile:
    """A SQLite file."""

    path: Path

    def open(self, timeout: float = 10.0) -> Store:
        return SqliteStore(self.path, timeout=timeout)


@dataclass(frozen=True)
class OnServer:
    """A database of a MongoDB server."""

    uri: str

    def open(self, timeout: float = 10.0) -> Store:
        return MongoStore(self.uri, timeout=timeout)
