"""The faults: each is begun, and put right a while later by the agenda."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

from kafka import KafkaAdminClient
from kafka.admin import NewPartitions
from kafka.errors import KafkaError

from tests.faults.proxy import Fate, Fault, Proxy
from tests.oracle.documents import ORDER_TOPIC, USER_TOPIC
from tests.servers.server import Server

from .agenda import Agenda, Book
from .crew import SESSION_SECONDS, Consumer
from .producing import Producing
from .site import Site

MOST_PARTITIONS = 9
_STORE_COMMANDS = ("update", "insert", "find", "bulkWrite", "")
_BROKER_REQUESTS = (
    *("fetch", "commit", "heartbeat", "metadata", "offsets", "join", "sync", "produce"),
    "",
)


@dataclass
class Deeds:
    """Everything that can be broken; the same `chance` breaks the same things in the same order."""

    site: Site
    crew: list[Consumer]
    producing: Producing
    agenda: Agenda
    book: Book
    chance: Random
    _broken: set[str] = field(default_factory=set)
    _spoiled: list[tuple[str, Fault]] = field(default_factory=list)

    def one(self) -> None:
        """Begin one fault; nothing, where what it would break is broken already."""
        deeds = self._all()
        (deed,) = self.chance.choices(list(deeds), list(deeds.values()))
        deed()

    def lost(self) -> dict[str, int]:
        """How many requests came to grief, by their fate and server."""
        found: dict[str, int] = {}
        for server, fault in self._spoiled:
            name = f"{fault.fate.value}, {server}"
            found[name] = found.get(name, 0) + fault.happened
        return dict(sorted(found.items()))

    def _all(self) -> dict[Callable[[], None], int]:
        site = self.site
        mongo, kafka = ("MongoDB", site.to_mongo), ("Kafka", site.to_kafka)
        return {
            self._kill_consumer: 10,
            self._freeze_consumer: 6,
            lambda: self._kill_server(site.mongo): 3,
            lambda: self._freeze_server(site.mongo): 3,
            lambda: self._kill_server(site.kafka): 2,
            lambda: self._freeze_server(site.kafka): 2,
            lambda: self._spoil(*mongo, _STORE_COMMANDS): 14,
            lambda: self._spoil(*kafka, _BROKER_REQUESTS): 10,
            lambda: self._cut(*mongo): 3,
            lambda: self._cut(*kafka): 3,
            lambda: self._silence(*mongo): 2,
            lambda: self._silence(*kafka): 2,
            lambda: self._refuse(*mongo): 2,
            lambda: self._refuse(*kafka): 2,
            self._grow: 2,
        }

    def _kill_consumer(self) -> None:
        victim = self.chance.choice([each for each in self.crew if not each.spared])
        pause = self.chance.uniform(0, 5)
        if victim.pid is None:
            return
        victim.kill()
        self.book.did("consumers killed with -9")
        self.agenda.after(pause, victim.start)

    def _freeze_consumer(self) -> None:
        victim = self.chance.choice(self.crew)
        seconds = self.chance.uniform(1.2, 3) * SESSION_SECONDS
        if victim.pid is None or victim.frozen:
            return
        victim.freeze()
        self.book.did("consumers frozen past their session")
        self.agenda.after(seconds, victim.thaw)

    def _kill_server(self, server: Server) -> None:
        pause = self.chance.uniform(0.5, 6)
        if self._breaks(server.name, pause, server.restart):
            server.kill()
            self.book.did(f"{server.name} killed with -9")

    def _freeze_server(self, server: Server) -> None:
        pause = self.chance.uniform(0.5, 9)
        if self._breaks(server.name, pause, server.resume):
            server.pause()
            self.book.did(f"{server.name} frozen")

    def _silence(self, name: str, proxy: Proxy) -> None:
        pause = self.chance.uniform(1, 12)
        if self._breaks(f"the way to {name}", pause, proxy.calm):
            proxy.silence()
            self.book.did(f"{name} silent")

    def _refuse(self, name: str, proxy: Proxy) -> None:
        pause = self.chance.uniform(0.5, 6)
        if self._breaks(f"the way to {name}", pause, proxy.calm):
            proxy.down()
            self.book.did(f"{name} refusing")

    def _cut(self, name: str, proxy: Proxy) -> None:
        proxy.cut()
        self.book.did(f"connections to {name} cut")

    def _spoil(self, name: str, proxy: Proxy, requests: tuple[str, ...]) -> None:
        request, fate = self.chance.choice(requests), self.chance.choice(list(Fate))
        fault = proxy.spoil(
            {request} - {""}, fate, times=self.chance.randint(1, 4),
            after=self.chance.randint(0, 6), seconds=self.chance.uniform(0.2, 3),
        )  # fmt: skip
        self._spoiled.append((name, fault))

    def _grow(self) -> None:
        wanted = self.producing.partitions.value + 1
        if wanted > MOST_PARTITIONS or self.chance.random() < 0.5:
            return
        new = dict.fromkeys((USER_TOPIC, ORDER_TOPIC), NewPartitions(wanted))
        try:
            with closing(
                KafkaAdminClient(bootstrap_servers=self.site.servers, request_timeout_ms=10_000)
            ) as admin:
                admin.create_partitions(new)
        except KafkaError:
            return

        def used() -> None:
            self.producing.partitions.value = wanted

        self.agenda.after(5, used)
        self.book.did("partitions added", 2)

    def _breaks(self, what: str, seconds: float, mend: Callable[[], None]) -> bool:
        """Mark as broken what is to be mended so much later; false where it already is."""
        if what in self._broken:
            return False
        self._broken.add(what)

        def mended() -> None:
            mend()
            self._broken.discard(what)

        self.agenda.after(seconds, mended)
        return True
