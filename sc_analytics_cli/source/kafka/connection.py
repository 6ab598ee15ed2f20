"""Where Kafka is and how it is talked to: one value, and the only place that tells the driver."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kafka.cluster import collect_hosts

from ...errors import UsageError
from ...settings import Security


@dataclass(frozen=True)
class Connection:
    """How every client of a run connects.

    `servers` is HOST:PORT[,HOST:PORT…]; no answer may take longer than `timeout` seconds.
    `topic_flags` tells by which flag a topic was named.
    """

    servers: str = field(repr=False)
    timeout: float = 10.0
    security: Security = field(default=Security())
    topic_flags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def milliseconds(self) -> int:
        """The timeout as the driver takes it."""
        return int(self.timeout * 1000)

    def arguments(self) -> dict[str, Any]:
        """What a client of the driver is made with.

        Raises UsageError for addresses that are none, and for a certificate or key
        that cannot be used.
        """
        found: dict[str, Any] = {
            "bootstrap_servers": self._addresses(),
            "client_id": "sc-analytics",
            "bootstrap_timeout_ms": self.milliseconds,
            "security_protocol": self.security.security_protocol,
        }
        if self.security.logs_in:
            found |= {
                "sasl_mechanism": self.security.sasl_mechanism,
                "sasl_plain_username": self.security.sasl_username,
                "sasl_plain_password": self.security.sasl_password,
            }
        if self.security.encrypted:
            found["ssl_context"] = _tls(self.security)
        return found

    def _addresses(self) -> list[str]:
        addresses = [each.strip() for each in self.servers.split(",") if each.strip()]
        try:
            if addresses and collect_hosts(addresses):
                return addresses
        except ValueError:
            pass
        raise UsageError(
            f"{self.servers!r} names no Kafka broker",
            cause="--bootstrap-servers takes HOST:PORT, several separated by commas",
            advice="--bootstrap-servers localhost:9092",
        )


def _tls(security: Security) -> ssl.SSLContext:
    """TLS 1.2 or later; the broker must prove who it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = security.ssl_check_hostname
    with _readable("--ssl-cafile", security.ssl_cafile):
        if security.ssl_cafile:
            context.load_verify_locations(security.ssl_cafile)
        else:
            context.load_default_certs()
    if security.ssl_certfile:
        with _readable("--ssl-certfile", security.ssl_certfile):
            context.load_cert_chain(
                security.ssl_certfile,
                security.ssl_keyfile,
                # Without a text the library asks for a password on the terminal.
                password=security.ssl_key_password or "",
            )
    return context


@contextmanager
def _readable(flag: str, file: str | None) -> Iterator[None]:
    """Raise UsageError for what ssl raises inside."""
    try:
        yield
    except OSError as error:  # ssl.SSLError is one
        reason = getattr(error, "reason", None) or error.strerror or "it cannot be read"
        raise UsageError(
            f"{flag} {file} cannot be used: {reason}",
            cause="it is not there or not PEM, key and certificate do not belong together, "
            "or the key has another password",
            advice="openssl x509 -noout -subject -in FILE shows what a certificate is",
        ) from None
