"""The only place that picks adapters: settings in, a store, a source or a flush out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import NotThereError, UsageError
from .examination import Check
from .settings import Settings

if TYPE_CHECKING:
    from .projections.declaration import Projection
    from .run.flush import Flush, Reached
    from .run.ports import Observer
    from .source.file.log import FileSource
    from .source.kafka.outlet import KafkaOutlet
    from .source.port import LiveSource
    from .store.overlay import OverlayStore
    from .store.port import Store


_INSTALL = "pip install '.[{0}]' in a clone, pip install 'sc-analytics[{0}]' elsewhere"
"""How an extra is had, whichever way the product was."""

_LEAST_PATIENCE = 60.0
"""Seconds without a sign of life after which a worker is given up."""


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
        topic_flags={settings.user_topic: "--user-topic", settings.order_topic: "--order-topic"},
    )


def _fast(client: str) -> bool:
    """Whether records come by librdkafka."""
    installed = find_spec("confluent_kafka") is not None
    if client == "confluent" and not installed:
        raise UsageError(
            "--kafka-client confluent is not installed",
            cause="it comes with the extra `fast`",
            advice=f"{_INSTALL.format('fast')}, or --kafka-client kafka-python",
        )
    return client == "confluent" or (client == "auto" and installed)


def open_outlet(settings: Settings) -> KafkaOutlet:
    """The configured brokers to produce to; raises UnreachableError where none answers in time."""
    from .source.kafka.outlet import KafkaOutlet

    return KafkaOutlet(
        settings.bootstrap_servers, timeout=settings.timeout, security=settings.security
    )


@contextmanager
def checks(settings: Settings) -> Iterator[list[Check]]:
    """What `doctor` asks of the configured servers; what it opened is closed in the end."""
    from .projections.catalog import all_projections
    from .run.checks import fitting_checks
    from .source.kafka.checks import TOPICS, kafka_checks

    with ExitStack() as opened:

        def once(open_it: Callable[[], Any]) -> Callable[[], Any]:
            return cache(lambda: opened.enter_context(closing(open_it())))

        source = once(lambda: open_kafka(settings))
        store = once(lambda: open_store_to_read(settings))
        projections = {each: settings.topic_name(each.topic) for each in all_projections()}
        asked = [
            Check("settings", lambda: _in_words(settings)),
            *kafka_checks(
                settings.bootstrap_servers,
                settings.timeout,
                source,
                sorted(set(projections.values())),
                [each.group() for each in projections],
            ),
        ]
        path = Path(settings.store.removeprefix("sqlite:///"))
        if settings.store.startswith("sqlite:///"):
            from .store.sqlite_checks import FILE, sqlite_checks

            asked += sqlite_checks(path, store)
            needed, there = FILE, path.exists()
        else:
            from .store.mongo_checks import LOGIN, mongo_checks

            ledgers = [each.ledger() for each in projections]
            asked += mongo_checks(settings.store, settings.timeout, store, ledgers)
            needed, there = LOGIN, True
        yield asked + fitting_checks(
            projections,
            settings.rules,
            store if there else lambda: None,
            source,
            SystemClock().now,
            [needed],
            [TOPICS],
        )


def _in_words(settings: Settings) -> str:
    kind = settings.store.partition(":")[0]
    return f"store {store_name(settings)} ({kind}), Kafka {settings.bootstrap_servers}"


@contextmanager
def telemetry(
    settings: Settings, workers: Sequence[str], port: int | None, health_file: str | None
) -> Iterator[list[Observer]]:
    """Observers that serve metrics on a port and keep a health file; none where neither is asked.

    Raises UsageError where the port or the file cannot be had, or the extra
    `metrics` is not installed.
    """
    from .telemetry.health import Health, HealthFile

    patience = max(_LEAST_PATIENCE, 4 * settings.timeout)
    observers: list[Observer] = []
    with ExitStack() as opened:
        if health_file is not None:
            try:
                kept = HealthFile(Path(health_file), workers, patience, time.monotonic)
            except OSError as error:
                raise UsageError(
                    f"--health-file {health_file} cannot be written: {error.strerror}",
                    advice="name a file in a folder that this user may write to",
                ) from error
            opened.callback(kept.close)
            observers.append(kept)
        if port is not None:
            try:
                from .telemetry.metrics import Metrics
                from .telemetry.server import TelemetryServer
            except ModuleNotFoundError as error:
                raise UsageError(
                    "--metrics-port needs prometheus-client, which is not installed",
                    advice=_INSTALL.format("metrics"),
                ) from error
            metrics, health = Metrics(), Health(workers, patience, time.monotonic)
            opened.enter_context(closing(TelemetryServer(port, metrics, health)))
            observers += [metrics, health]
        yield observers


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
