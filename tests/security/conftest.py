"""A broker and a mongod that want TLS and a login."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Generator, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)
from pymongo import MongoClient

from tests.cli.command import Command
from tests.integration.broker import publish
from tests.integration.topics import Log, new_log
from tests.servers.certificates import Authority
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

USER, PASSWORD = "analytics", "hush/hush@1%"
"""The password has what must be escaped in an address, and in nothing else."""

KAFKA_PASSWORD = "hush-kafka-1"
READS_TOPICS, READS_GROUPS, CHANGING = "reads-topics", "reads-groups", "changing"
"""Kafka users with one half of the rights, and one whose password is changed."""

_JAAS = "org.apache.kafka.common.security"
_MECHANISMS = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Collect what connections that failed have left; see tests/contract/sources/sockets.py."""
    done = yield
    if item.get_closest_marker("filterwarnings"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    return done


class Trust(NamedTuple):
    """Whom the servers are certified by, and somebody else."""

    ours: Authority
    other: Authority


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Two authorities."""
    folder = tmp_path_factory.mktemp("certificates")
    return Trust(Authority(folder, "ours"), Authority(folder, "other"))


def _login_settings(listener: str) -> dict[str, str]:
    prefix = f"listener.name.{listener.lower()}"
    plain = f'{_JAAS}.plain.PlainLoginModule required user_{USER}="{KAFKA_PASSWORD}";'
    scram = f"{_JAAS}.scram.ScramLoginModule required;"
    return {
        f"{prefix}.sasl.enabled.mechanisms": _MECHANISMS,
        f"{prefix}.plain.sasl.jaas.config": plain,
        f"{prefix}.scram-sha-256.sasl.jaas.config": scram,
        f"{prefix}.scram-sha-512.sasl.jaas.config": scram,
    }


@pytest.fixture(scope="session")
def locked_kafka(trust: Trust) -> Iterator[KafkaServer]:
    """A broker with TLS, with logins, with both, and rights that nobody has by himself."""
    settings = {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(trust.ours.sign("broker")),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:CN=machine",
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.mutual.ssl.truststore.type": "PEM",
        "listener.name.mutual.ssl.truststore.location": str(trust.ours.file),
        **_login_settings("LOGIN"),
        **_login_settings("BOTH"),
    }
    protocols = {"LOGIN": "SASL_PLAINTEXT", "TLS": "SSL", "BOTH": "SASL_SSL", "MUTUAL": "SSL"}
    users = (USER, "stranger", READS_TOPICS, READS_GROUPS, CHANGING)
    scram = dict.fromkeys(users, KAFKA_PASSWORD)
    server = KafkaServer(settings, protocols=protocols, scram=scram)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(KafkaServer.variable, raising=False)
        server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def locked_log(locked_kafka: KafkaServer) -> Log:
    """Some traffic on that broker, which `USER` may read as docs/security.md says."""
    log = new_log(seed=5, events=600)
    topics = {log.name(each): log.records(each) for each in log.traffic.records}
    publish(locked_kafka.bootstrap_servers, topics)
    allow(locked_kafka, USER, topics, groups=True)
    allow(locked_kafka, READS_TOPICS, topics, groups=False)
    allow(locked_kafka, READS_GROUPS, (), groups=True)
    return log


def allow(server: KafkaServer, user: str, topics: Iterable[str], *, groups: bool) -> None:
    """Give rights that docs/security.md names: READ (and so DESCRIBE) of topics and groups."""
    literal, prefixed = ACLResourcePatternType.LITERAL, ACLResourcePatternType.PREFIXED
    patterns = [ResourcePattern(ResourceType.TOPIC, each, literal) for each in topics]
    if groups:
        patterns.append(ResourcePattern(ResourceType.GROUP, "sc-analytics-", prefixed))
    admin = KafkaAdminClient(bootstrap_servers=server.bootstrap_servers)
    try:
        admin.create_acls(
            [
                ACL(f"User:{user}", "*", ACLOperation.READ, ACLPermissionType.ALLOW, each)
                for each in patterns
            ]
        )
    finally:
        admin.close()


class LockedMongo(NamedTuple):
    """A mongod that wants TLS and a login."""

    server: MongoServer
    trust: Trust

    def client(self) -> MongoClient[dict[str, Any]]:
        """One that may do everything."""
        return MongoClient(self.address("root", "root", "admin") + "&authSource=admin")

    def address(self, user: str, password: str | None, database: str, **more: str) -> str:
        """A `--store` address."""
        login = quote(user, safe="") + ("" if password is None else f":{quote(password, safe='')}")
        host = self.server.uri.partition("://")[2].partition("/")[0]
        options = {"tls": "true", "tlsCAFile": str(self.trust.ours.file)} | more
        query = "&".join(f"{name}={quote(value, safe='/')}" for name, value in options.items())
        return f"mongodb://{login}@{host}/{database}?{query}"


@pytest.fixture(scope="session")
def locked_mongo(
    request: pytest.FixtureRequest, trust: Trust, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LockedMongo]:
    """A mongod with TLS and users: a set of one, or what a test asks for by `BOTH_KINDS`."""
    kind = getattr(request, "param", "replica-set")
    options = [
        "--tlsMode=requireTLS",
        f"--tlsCertificateKeyFile={trust.ours.sign('mongod-' + kind)}",
        f"--tlsCAFile={trust.ours.file}",
        "--tlsAllowConnectionsWithoutCertificates",
    ]
    if kind == "replica-set":
        key = tmp_path_factory.mktemp("key") / "key"
        key.write_text("c2VjcmV0" * 16)
        key.chmod(0o600)
        options.append(f"--keyFile={key}")
    else:
        options.append("--auth")
    server = MongoServer(
        replica_set=kind == "replica-set",
        options=options,
        client={"tls": True, "tlsCAFile": str(trust.ours.file)},
    )
    with server:
        with server._client() as client:  # the first user may be made from the same machine
            client.admin.command("createUser", "root", pwd="root", roles=["root"])
        yield LockedMongo(server, trust)


BOTH_KINDS = pytest.mark.parametrize("locked_mongo", ["replica-set", "standalone"], indirect=True)

RIGHTS = ("find", "insert", "update", "remove", "createIndex", "collMod")
"""Of the role in docs/security.md; collMod only where --ledger-days is changed later."""


@pytest.fixture
def locked_store(locked_mongo: LockedMongo) -> Iterator[str]:
    """A database, and in it the user of docs/security.md with just these rights; its name."""
    name = f"sc_test_{uuid4().hex[:12]}"
    with locked_mongo.client() as client:
        database = client[name]
        privilege = {"resource": {"db": name, "collection": ""}, "actions": list(RIGHTS)}
        database.command("createRole", "scAnalytics", privileges=[privilege], roles=[])
        database.command("createUser", USER, pwd=PASSWORD, roles=["scAnalytics"])
        yield name
        database.command("dropUser", USER)
        database.command("dropRole", "scAnalytics")
        client.drop_database(name)


@pytest.fixture
def product(
    locked_kafka: KafkaServer,
    locked_log: Log,
    locked_mongo: LockedMongo,
    locked_store: str,
    trust: Trust,
) -> Command:
    """The product with everything right; the passwords by variables."""
    store = locked_mongo.address(USER, None, locked_store, authSource=locked_store)
    return Command(
        store,
        *locked_log.flags,
        servers=locked_kafka.address_of("BOTH"),
        SC_ANALYTICS_STORE_PASSWORD=PASSWORD,
        SC_ANALYTICS_SECURITY_PROTOCOL="SASL_SSL",
        SC_ANALYTICS_SASL_MECHANISM="SCRAM-SHA-512",
        SC_ANALYTICS_SASL_USERNAME=USER,
        SC_ANALYTICS_SASL_PASSWORD=KAFKA_PASSWORD,
        SC_ANALYTICS_SSL_CAFILE=str(trust.ours.file),
        SC_ANALYTICS_TIMEOUT="20",
    )


def with_variables(product: Command, **variables: str) -> Command:
    """The same with some variables changed; an empty one says nothing."""
    changed = Command(product.store, *product._flags)
    changed._environment = product._environment | variables
    return changed
