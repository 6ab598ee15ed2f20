"""The only place that picks adapters: settings in, a store, a source or a flush out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import NotThereError, UsageError
from .settings import Settings

if TYPE_CHECKING:
    from .projections.declaration import Projection
    from .run.flush import Flush, Reached
    from .source.file.log import FileSource
    from .source.port import LiveSource
    from .store.overlay import OverlayStore
    from .store.port import Store


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """See Clock.now; milliseconds, as MongoDB keeps them."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """See Clock.monotonic."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See Clock.sleep."""
        time.sleep(seconds)


def open_store(settings: Settings) -> Store:
    """The store that `--store` names, found to be there.

    Raises UsageError for an address of no known kind, UnreachableError or
    AuthenticationError where the server does not let us in.
    """
    address = settings.store
    if address.startswith(("mongodb://", "mongodb+srv://")):
        from .store.mongo import MongoStore

        store: Store = MongoStore(
            address,
            password=settings.store_password,
            timeout=settings.timeout,
            ledger_days=settings.ledger_days,
        )
    elif address == "sqlite:///:memory:":
        raise UsageError(
            "--store sqlite:///:memory: would be gone with the command",
            advice="--store sqlite:///file.db, or --dry-run",
        )
    elif address.startswith("sqlite:///"):
        from .store.sqlite import SqliteStore

        store = SqliteStore(Path(address.removeprefix("sqlite:///")), timeout=settings.timeout)
    else:
        raise UsageError(
            f"--store begins with {address.partition(':')[0]!r}, which is no kind of store",
            advice="--store mongodb://host:27017/sc_analytics or --store sqlite:///file.db",
        )
    return store


def store_name(settings: Settings) -> str:
    """What a person calls the store: its database or file, without host, user or password."""
    if settings.store.startswith("sqlite:///"):
        return settings.store.removeprefix("sqlite:///")
    path = settings.store.partition("://")[2].partition("/")[2]
    return path.partition("?")[0] or "sc_analytics"


def open_store_to_read(settings: Settings) -> Store:
    """The store that `--store` names, which must exist: reading creates nothing.

    Raises NotThereError where an embedded store's file is missing.
    """
    path = settings.store.removeprefix("sqlite:///")
    if settings.store.startswith("sqlite:///") and not Path(path).exists():
        raise NotThereError(
            f"there is no store file {path}",
            cause="nothing was consumed or replayed into it yet, or the path is another",
            advice="check --store",
        )
    return open_store(settings)


def open_overlay(settings: Settings) -> OverlayStore:
    """A store to try things on: what `--store` holds, and writes that go nowhere.

    A missing embedded store is an empty one, and is not created.
    """
    from .store.memory import MemoryStore
    from .store.overlay import OverlayStore

    try:
        return OverlayStore(open_store_to_read(settings))
    except NotThereError:
        return OverlayStore(MemoryStore())


def open_kafka(settings: Settings) -> LiveSource:
    """The configured brokers, by the client that `--kafka-client` names.

    Raises UnreachableError where none answers in time, UsageError where the client
    is not installed.
    """
    from .source.kafka.log import KafkaSource

    kind = KafkaSource
    if _fast(settings.kafka_client):
        from .source.confluent.log import ConfluentSource

        kind = ConfluentSource
    return kind(
        settings.bootstrap_servers,
        timeout=settings.timeout,
        session_timeout=settings.session_timeout,
        security=settings.security,
    )


def _fast(client: str) -> bool:
    """Whether records come by librdkafka."""
    installed = find_spec("confluent_kafka") is not None
    if client == "confluent" and not installed:
        raise UsageError(
            "--kafka-client confluent is not installed",
            cause="it comes with the extra `fast`",
            advice="pip install 'sc-analytics[fast]', or --kafka-client kafka-python",
        )
    return client == "confluent" or (client == "auto" and installed)


def open_file(path: str) -> FileSource:
    """A file of events; raises NotThereError where it cannot be read."""
    from .source.file.log import FileSource

    return FileSource(path)


def new_flush(
    projection: Projection,
    store: Store,
    settings: Settings,
    reached: Reached | None = None,
    max_dead_letters: int | None = None,
) -> Flush:
    """The write path of one projection."""
    from .run.flush import Flush, unobserved

    return Flush(
        projection,
        store,
        settings.rules,
        SystemClock().now,
        reached or unobserved,
        max_dead_letters=max_dead_letters,
    )
