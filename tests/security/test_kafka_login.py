"""TLS and logins towards Kafka: what gets through, and what is said of the rest."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from sc_analytics_cli.errors import (
    AnalyticsError,
    AuthenticationError,
    UnreachableError,
    UsageError,
)
from sc_analytics_cli.settings import Security
from sc_analytics_cli.source.confluent.log import ConfluentSource
from sc_analytics_cli.source.kafka.log import KafkaSource
from tests.contract.sources.sockets import LEAVES_SOCKETS
from tests.integration.topics import Log
from tests.servers.kafka import KafkaServer

from .conftest import KAFKA_PASSWORD, USER, Trust

pytestmark = LEAVES_SOCKETS

PATIENCE, GRACE = (2.0, 10.0), 5.0
"""Seconds to find a broker, as a driver that knows of none uses all of them; and after them."""

MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


def login(protocol: str, mechanism: str, password: str = KAFKA_PASSWORD, **more: str) -> Security:
    return Security(
        security_protocol=protocol,
        sasl_mechanism=mechanism,
        sasl_username=USER,
        sasl_password=password,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("opens", [KafkaSource, ConfluentSource])
@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize(
    ("listener", "protocol"), [("LOGIN", "SASL_PLAINTEXT"), ("BOTH", "SASL_SSL")]
)
def test_a_login_that_is_right(
    locked_kafka: KafkaServer,
    locked_log: Log,
    trust: Trust,
    listener: str,
    protocol: str,
    mechanism: str,
    opens: type[KafkaSource],
) -> None:
    """Every mechanism, with TLS and without, either client: records of a partition are read."""
    more = {"ssl_cafile": str(trust.ours.file)} if listener == "BOTH" else {}
    address = locked_kafka.address_of(listener)
    security = login(protocol, mechanism, **more)
    topic = locked_log.name("sc.domain.order")
    with closing(opens(address, timeout=20, security=security)) as source:
        name = source.partitions([topic])[0]
        span = source.bounds([name])[name]
        assert span[1] > span[0]
        with closing(source.read({name: (span[0], span[0] + 1)})) as reader:
            records = []
            while not reader.done:
                records += [record for chunk in reader.poll(0.5, 1) for record in chunk.records]
        assert len(records) == 1


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_password_that_is_wrong(locked_kafka: KafkaServer, mechanism: str) -> None:
    """Refused, not unreachable, by the server that is named, and long before time runs out."""
    address = locked_kafka.address_of("LOGIN")
    began = time.monotonic()
    with pytest.raises(AuthenticationError) as refused:
        KafkaSource(
            f"127.0.0.1:1,{address}",
            timeout=60,
            security=login("SASL_PLAINTEXT", mechanism, "hush-wrong"),
        )
    assert time.monotonic() - began < 30
    assert refused.value.exit_code == 4
    assert refused.value.what == (
        f"Kafka at {address} refused the login of user 'analytics' ({mechanism})"
    )
    assert "hush" not in str(vars(refused.value))


def refusal(address: str, security: Security) -> AnalyticsError:
    """What a source says that cannot be opened, within the time that it was allowed.

    A broker that had no time to say anything is asked again, with more patience.
    """
    for timeout in PATIENCE:
        began = time.monotonic()
        with pytest.raises((UnreachableError, AuthenticationError)) as refused:
            KafkaSource(address, timeout=timeout, security=security)
        assert time.monotonic() - began < timeout + GRACE
        assert "hush" not in str(vars(refused.value))
        if "does not answer" not in refused.value.what:
            break
    return refused.value


def mismatch(name: str, kafka: KafkaServer, trust: Trust) -> tuple[str, Security]:
    """An address, and settings that do not fit it."""
    ours, other = str(trust.ours.file), str(trust.other.file)
    address = {each: kafka.address_of(each) for each in ("LOGIN", "TLS", "BOTH")}
    tls = Security(security_protocol="SSL", ssl_cafile=ours)
    cases = {
        "another authority": (address["TLS"], Security("SSL", ssl_cafile=other)),
        "the machine's authorities": (address["TLS"], Security("SSL")),
        "another host": (address["TLS"].replace("127.0.0.1", "localhost"), tls),
        "TLS, another authority, login": (
            address["BOTH"],
            login("SASL_SSL", "PLAIN", ssl_cafile=other),
        ),
        "no TLS": (address["TLS"], Security()),
        "no TLS, login": (address["BOTH"], login("SASL_PLAINTEXT", "PLAIN")),
        "TLS where there is none": (kafka.bootstrap_servers, tls),
        "no login": (address["LOGIN"], Security()),
        "TLS, no login": (address["BOTH"], tls),
        "a login where there is none": (kafka.bootstrap_servers, login("SASL_PLAINTEXT", "PLAIN")),
    }
    return cases[name]


@pytest.mark.parametrize(
    ("name", "code", "words", "advice"),
    [
        ("another authority", 5, "is not trusted: ", "--ssl-cafile"),
        ("the machine's authorities", 5, "is not trusted: ", "--ssl-cafile"),
        ("another host", 5, "not valid for 'localhost'", "--bootstrap-servers"),
        ("TLS, another authority, login", 5, "is not trusted: ", "--ssl-cafile"),
        ("no TLS", 5, "does not talk to us as Kafka does", "--security-protocol SSL"),
        ("no TLS, login", 5, "does not talk to us as Kafka does", "SASL_SSL"),
        ("TLS where there is none", 5, "there is no TLS with Kafka at", "--security-protocol"),
        ("no login", 5, "closes the connection without an answer", "which is PLAINTEXT"),
        ("TLS, no login", 5, "closes the connection without an answer", "which is SSL"),
        ("a login where there is none", 4, "wants no login", "--security-protocol PLAINTEXT"),
    ],
)
def test_settings_that_do_not_fit_the_port(
    locked_kafka: KafkaServer, trust: Trust, name: str, code: int, words: str, advice: str
) -> None:
    """Each is told apart within the time allowed, with the address and what to look at.

    A certificate that is not trusted is 5 and not 4: nobody refused us, we refuse a
    server, and a consumer that runs goes on trying until the certificate is renewed.
    """
    address, security = mismatch(name, locked_kafka, trust)
    error = refusal(address, security)
    assert error.exit_code == code
    assert address in error.what
    assert words in error.what
    assert advice in str(error.advice)


def test_the_host_of_a_certificate_may_go_unchecked(
    locked_kafka: KafkaServer, trust: Trust
) -> None:
    """--no-ssl-check-hostname: the authority is still asked for."""
    address = locked_kafka.address_of("TLS").replace("127.0.0.1", "localhost")
    security = Security("SSL", ssl_cafile=str(trust.ours.file), ssl_check_hostname=False)
    KafkaSource(address, timeout=20, security=security).close()


@pytest.mark.parametrize("flag", ["ssl_cafile", "ssl_certfile"])
@pytest.mark.parametrize("content", [None, "no certificate", ""])
def test_a_certificate_that_cannot_be_used(tmp_path: Path, flag: str, content: str | None) -> None:
    """Exit 2 before anything is opened, naming flag and file."""
    file = tmp_path / "x.pem"
    if content is not None:
        file.write_text(content)
    security = Security("SSL", **{flag: str(file)})
    with pytest.raises(UsageError, match=f"--{flag.replace('_', '-')} {file} cannot be used: "):
        KafkaSource("127.0.0.1:1", timeout=0.2, security=security)


@pytest.mark.parametrize("opens", [KafkaSource, ConfluentSource])
@pytest.mark.parametrize("apart", [False, True], ids=["one file", "two files"])
def test_a_certificate_of_ours(
    locked_kafka: KafkaServer,
    locked_log: Log,
    trust: Trust,
    tmp_path: Path,
    apart: bool,
    opens: type[KafkaSource],
) -> None:
    """Where the broker wants one: with it we get through, key and certificate together or apart."""
    both = trust.ours.sign("machine")
    certificate, key = str(both), None
    if apart:
        head, mark, rest = both.read_text().partition("-----BEGIN CERTIFICATE-----")
        (tmp_path / "key").write_text(head)
        (tmp_path / "certificate").write_text(mark + rest)
        certificate, key = str(tmp_path / "certificate"), str(tmp_path / "key")
    security = Security(
        "SSL", ssl_cafile=str(trust.ours.file), ssl_certfile=certificate, ssl_keyfile=key
    )
    address = locked_kafka.address_of("MUTUAL")
    topic = locked_log.name("sc.domain.order")
    with closing(opens(address, timeout=20, security=security)) as source:
        (start, end) = source.bounds([f"{topic}/0"])[f"{topic}/0"]
        with closing(source.read({f"{topic}/0": (start, end)})) as reader:
            count = 0
            while not reader.done:
                count += sum(len(chunk.records) for chunk in reader.poll(0.5, 500))
        assert count == end - start > 0


@pytest.mark.parametrize("whose", [None, "other"])
def test_no_certificate_of_ours_or_one_that_the_broker_does_not_trust(
    locked_kafka: KafkaServer, trust: Trust, whose: str | None
) -> None:
    """Told apart from a broker that is away, in time, and the flag is named."""
    mine = None if whose is None else str(trust.other.sign("machine"))
    security = Security("SSL", ssl_cafile=str(trust.ours.file), ssl_certfile=mine)
    address = locked_kafka.address_of("MUTUAL")
    error = refusal(address, security)
    assert address in error.what
    assert "certificate" in f"{error.what} {error.cause}"
