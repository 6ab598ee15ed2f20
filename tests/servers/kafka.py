"""A Kafka broker: one node in KRaft mode."""

import base64
import os
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.errors import NotOurServer, ServerFailed
from tests.servers.java import find_java, kafka_missing
from tests.servers.kafka_package import kafka_classpath
from tests.servers.metadata import serves_clients
from tests.servers.ports import LOOPBACK, free_ports
from tests.servers.server import Server

_CLIENTS = "PLAINTEXT"
_CONTROLLER = "CONTROLLER"
_FORMAT_TIMEOUT = 60.0

_SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": _CONTROLLER,
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # A misspelt topic must be an error, not a new topic.
    "auto.create.topics.enable": "false",
    # Each of the usual 50 partitions is a directory made when the first group or producer comes.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    # Tests that kill consumers would otherwise wait for sessions of 6 s at least.
    "group.min.session.timeout.ms": "500",
    # A killed broker is not let in again before its old session has run out.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


class KafkaServer(Server):
    """One broker, without any topic at first; ``settings`` overrides broker settings by name.

    ``protocols`` are further listeners: name → SSL, SASL_PLAINTEXT or SASL_SSL; ``scram`` are
    users and their passwords, for SCRAM-SHA-256 and -512. The plain listener stays for the tests.

    Nothing is created by being named: tests create their topics.
    """

    name = "Kafka"
    variable = "SC_ANALYTICS_TEST_KAFKA"

    def __init__(
        self,
        settings: Mapping[str, str] | None = None,
        *,
        protocols: Mapping[str, str] | None = None,
        scram: Mapping[str, str] | None = None,
        start_timeout: float = 60.0,
    ) -> None:
        super().__init__(start_timeout=start_timeout)
        self._settings = dict(settings or {})
        self._protocols = dict(protocols or {})
        self._scram = dict(scram or {})
        self._listeners: dict[str, int] = {}
        self._java = ""
        self._classpath = ""

    @property
    def bootstrap_servers(self) -> str:
        """``host:port``, the same until ``stop``."""
        if self._external is not None:
            return self._external
        if not self._listeners:
            raise RuntimeError("Kafka is not started")
        return f"{LOOPBACK}:{self._listeners[_CLIENTS]}"

    def address_of(self, listener: str) -> str:
        """``host:port`` of one of the further listeners."""
        return f"{LOOPBACK}:{self._listeners[listener]}"

    def _adopt(self, address: str) -> bool:
        if self._settings:
            raise NotOurServer(
                f"the broker given by {self.variable} is not ours to configure "
                f"({', '.join(self._settings)}). Unset it to let the tests start their own."
            )
        if not any(_answers(one) for one in address.split(",")):
            raise kafka_missing(f"{self.variable} is {address}, where no broker answers.")
        return True

    def _prepare(self, directory: Path) -> None:
        self._java = find_java()
        self._classpath = kafka_classpath()
        names = (_CLIENTS, _CONTROLLER, *self._protocols)
        self._listeners = dict(zip(names, free_ports(len(names)), strict=True))
        protocols = {_CLIENTS: "PLAINTEXT", _CONTROLLER: "PLAINTEXT"} | self._protocols
        settings = _broker_settings(self._listeners, directory / "data") | {
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items())
        }
        settings |= self._settings
        path = _settings_file(directory)
        path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self._format(path)

    def _format(self, settings: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # Joined by "=": an id may begin with a dash.
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(settings)]
        for user, password in self._scram.items():
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                tool += ["--add-scram", f"{mechanism}=[name={user},password={password}]"]
        what = "Kafka's data directory could not be formatted"
        try:
            done = subprocess.run(
                [self._java, "-XX:TieredStopAtLevel=1", "-cp", self._classpath, *tool],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_FORMAT_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ServerFailed(f"{what} within {_FORMAT_TIMEOUT:g} s", "") from None
        if done.returncode != 0:
            raise ServerFailed(what, done.stdout)

    def _command(self, directory: Path) -> Sequence[str]:
        return [
            self._java,
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-Dlog4j2.level=INFO",
            # A killed JVM leaves its unpacked native libraries and its counters behind.
            f"-Djava.io.tmpdir={directory}",
            "-XX:-UsePerfData",
            "-cp",
            self._classpath,
            "kafka.Kafka",
            str(_settings_file(directory)),
        ]

    def _environment(self) -> Mapping[str, str]:
        return {}

    def _is_ready(self) -> bool:
        return serves_clients(LOOPBACK, self._listeners[_CLIENTS])


def _broker_settings(listeners: Mapping[str, int], data: Path) -> dict[str, str]:
    return {
        **_SINGLE_NODE,
        "controller.quorum.voters": f"1@{LOOPBACK}:{listeners[_CONTROLLER]}",
        "listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in listeners.items()),
        "log.dirs": os.fspath(data),
    }


def _settings_file(directory: Path) -> Path:
    return directory / "server.properties"


def _answers(address: str) -> bool:
    host, _, port = address.strip().rpartition(":")
    return port.isdigit() and serves_clients(host.strip("[]"), int(port))
