"""A broker and a store, each behind a proxy that every client comes through."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.faults.proxy import Proxy
from tests.faults.wire import Kafka, Mongo
from tests.integration.broker import create_topics
from tests.oracle.documents import ORDER_TOPIC, USER_TOPIC
from tests.servers import KafkaServer, MongoServer
from tests.servers.ports import LOOPBACK, free_ports

DATABASE = "soak"
PARTITIONS = 6
_START_SECONDS = 180.0


class Site:
    """Two servers and the ways to them; gone, with all data, at the end of the context."""

    def __init__(self) -> None:
        (port,) = free_ports(1)
        advertised = {"advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}"}
        self.kafka = KafkaServer(advertised, start_timeout=_START_SECONDS)
        self.mongo = MongoServer(start_timeout=_START_SECONDS)
        self._port = port
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.kafka)
            stack.enter_context(self.mongo)
            target = int(self.kafka.bootstrap_servers.rpartition(":")[2])
            self.to_kafka = stack.enter_context(Proxy(target, Kafka(), self._port))
            self.to_mongo = stack.enter_context(Proxy(_port_of(self.mongo), Mongo()))
            create_topics(self.servers, dict.fromkeys((USER_TOPIC, ORDER_TOPIC), PARTITIONS))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def servers(self) -> str:
        """The broker, through its proxy: it tells its clients no other way."""
        return self.to_kafka.address

    @property
    def store(self) -> str:
        """The store, through its proxy."""
        return f"mongodb://{self.to_mongo.address}/{DATABASE}?directConnection=true"

    @property
    def store_itself(self) -> str:
        """The store, past the proxy."""
        return self.mongo.database_uri(DATABASE)

    def heal(self) -> None:
        """Bring everything back to answering."""
        self.to_kafka.calm()
        self.to_mongo.calm()
        self.kafka.recover()
        self.mongo.recover()


def _port_of(server: MongoServer) -> int:
    return int(server.uri.rpartition(":")[2].partition("/")[0])
