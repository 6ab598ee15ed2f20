"""A MongoDB server: a replica set of one node, or standalone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, PyMongoError

from tests.servers.mongo_package import Mongod, find_mongod, mongo_missing
from tests.servers.ports import LOOPBACK, accepts_connections, free_ports
from tests.servers.server import Server

_REPLICA_SET = "rs0"


class MongoServer(Server):
    """One ``mongod``: by default a replica set of one node, whose primary is there after ``start``.

    ``parameters`` are server parameters (``--setParameter``), ``options`` further words of the
    command, and ``client`` what a driver must be told to get through to it then. Somebody's
    own server is taken only where it is of the kind asked for; else the search goes on.
    """

    name = "MongoDB"
    variable = "SC_ANALYTICS_TEST_MONGO"

    def __init__(
        self,
        *,
        replica_set: bool = True,
        parameters: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        client: Mapping[str, Any] | None = None,
        start_timeout: float = 60.0,
    ) -> None:
        super().__init__(start_timeout=start_timeout)
        self.replica_set = replica_set
        self._parameters = dict(parameters or {})
        self._options = tuple(options)
        self._client_options = dict(client or {})
        self._mongod = Mongod("mongod")
        self._port = 0
        self._initiated = False

    @property
    def uri(self) -> str:
        """The connection string, without a database; the same until ``stop``."""
        if self._external is not None:
            return self._external
        if not self._port:
            raise RuntimeError("MongoDB is not started")
        options = f"?replicaSet={_REPLICA_SET}" if self.replica_set else ""
        return f"mongodb://{LOOPBACK}:{self._port}/{options}"

    def database_uri(self, database: str) -> str:
        """Return the connection string that names ``database``."""
        parts = urlsplit(self.uri)
        query = parts.query
        named = {key.lower() for key, _ in parse_qsl(query)}
        if "@" in parts.netloc and "authsource" not in named:
            # Otherwise the database named would also become the one that knows the user.
            source = f"authSource={parts.path.strip('/') or 'admin'}"
            query = f"{query}&{source}" if query else source
        return urlunsplit(parts._replace(path=f"/{database}", query=query))

    def _adopt(self, address: str) -> bool:
        if self._options:
            return False
        try:
            with MongoClient[dict[str, Any]](address, timeoutMS=5000) as client:
                hello = client.admin.command("hello")
        except PyMongoError as error:
            reason = str(error).partition(" (configured")[0]
            raise mongo_missing(f"{self.variable} can not be used: {reason}") from error
        standalone = "setName" not in hello and hello.get("msg") != "isdbgrid"
        return standalone is not self.replica_set

    def _prepare(self, directory: Path) -> None:
        self._mongod = find_mongod()
        (self._port,) = free_ports(1)
        self._initiated = False
        (directory / "data").mkdir()

    def _command(self, directory: Path) -> Sequence[str]:
        command = [
            self._mongod.program,
            f"--dbpath={directory / 'data'}",
            f"--bind_ip={LOOPBACK}",
            f"--port={self._port}",
            "--wiredTigerCacheSizeGB=1",
            "--nounixsocket",  # a killed mongod leaves it behind
            *self._options,
        ]
        if self.replica_set:
            command.append(f"--replSet={_REPLICA_SET}")
        for name, value in self._parameters.items():
            command.append(f"--setParameter={name}={value}")
        return command

    def _environment(self) -> Mapping[str, str]:
        # A locale that the machine does not have keeps mongod from starting.
        return {"LC_ALL": "C", **self._mongod.environment}

    def _is_ready(self) -> bool:
        if not accepts_connections(LOOPBACK, self._port):
            return False
        try:
            with self._client() as client:
                hello = client.admin.command("hello")
                if self.replica_set and not self._initiated and hello.get("isreplicaset"):
                    client.admin.command("replSetInitiate", self._replica_set_config())
                    self._initiated = True
                    return False
        except ConnectionFailure:
            return False
        return bool(hello["isWritablePrimary"])

    def _client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(
            LOOPBACK,
            self._port,
            directConnection=True,
            serverSelectionTimeoutMS=2000,
            socketTimeoutMS=5000,
            **self._client_options,
        )

    def _replica_set_config(self) -> dict[str, Any]:
        member = {"_id": 0, "host": f"{LOOPBACK}:{self._port}"}
        return {"_id": _REPLICA_SET, "members": [member]}
