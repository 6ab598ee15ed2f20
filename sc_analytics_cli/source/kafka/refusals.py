"""Why a broker would not talk to us: the driver only says that time ran out."""

from __future__ import annotations

import re
from typing import Any

from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from ...errors import AnalyticsError, AuthenticationError, UnreachableError
from ...settings import Security
from .receiving import CLOSED

_LOGIN = (
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)
_ALERT = re.compile(r"alert (?P<reason>[a-z ]*(?:certificate|unknown ca)[a-z ]*?) \(_ssl")
"""What a server says of our certificate; with TLS 1.3 only after the handshake."""

_VERIFY = re.compile(r"certificate verify failed: (?P<reason>.*?)\.? \(_ssl")


class Network(KafkaNetClient):  # type: ignore[misc]
    """The driver's network, with a memory for why connections came to nothing."""

    def __init__(self, **configs: Any) -> None:
        selector = NetworkSelector(**configs)
        self.remembering = _Remembering(selector, **configs)
        super().__init__(net=selector, manager=self.remembering, **configs)


class _Remembering(KafkaConnectionManager):  # type: ignore[misc]
    """Keeps what each address failed with: the words, as an error would keep its socket open.

    A refused login ends the search for a broker at once: the driver means it to,
    but loses the error on the way, and would try the password until time runs out.
    """

    def __init__(self, *arguments: Any, **configs: Any) -> None:
        super().__init__(*arguments, **configs)
        self.failures: dict[tuple[str, type[BaseException]], str] = {}
        self._refused: dict[Any, BaseException] = {}

    def get_connection(self, node_id: Any, *arguments: Any, **options: Any) -> Any:
        if node_id in self._refused:
            raise self._refused[node_id]
        known = self._conns.get(node_id)
        connection = super().get_connection(node_id, *arguments, **options)
        if connection is not known:
            connection.init_future.add_errback(lambda error: self._note(node_id, error))
            connection.close_future.add_errback(lambda error: self._note(node_id, error))
        return connection

    async def _build_transport(self, *arguments: Any, **options: Any) -> Any:
        """A transport that hands over what it has read before it says that the peer has closed.

        A broker refuses a login and closes; the driver drops the refusal where
        both arrive together.
        """
        transport = await super()._build_transport(*arguments, **options)
        receive = transport._sock_recv

        def received() -> tuple[bytes, BaseException | None]:
            data, error = receive()
            return data, None if data else error

        transport._sock_recv = received
        return transport

    def _note(self, node_id: Any, error: BaseException) -> None:
        node = self.cluster.broker_metadata(node_id)
        if node is not None:
            self.failures[f"{node.host}:{node.port}", type(error)] = str(error)
        if isinstance(error, _LOGIN) and self.cluster.is_bootstrap(node_id):
            self._refused[node_id] = error


def refusal(network: Network, security: Security) -> AnalyticsError | None:
    """What the failures come to; None where nothing is known but that nobody answered.

    A refused login goes before TLS that failed, and that before a connection that
    was closed.
    """
    failures = network.remembering.failures.items()
    for told in (_login, _tls, _closed):
        for (address, kind), text in failures:
            found = told(address, kind, text, security)
            if found is not None:
                return found
    return None


def _login(
    address: str, kind: type[BaseException], text: str, security: Security
) -> AnalyticsError | None:
    if kind is errors.SaslAuthenticationFailedError:
        return AuthenticationError(
            f"Kafka at {address} refused the login of user {security.sasl_username!r} "
            f"({security.sasl_mechanism})",
            cause="wrong user or password, or the user has no password for this mechanism",
            advice="check SC_ANALYTICS_SASL_PASSWORD; sc-analytics config show tells which counts",
        )
    if kind is errors.UnsupportedSaslMechanismError:
        return AuthenticationError(
            f"Kafka at {address} does not take logins by {security.sasl_mechanism}",
            advice="--sasl-mechanism SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN",
        )
    if kind is errors.IllegalSaslStateError:
        return AuthenticationError(
            f"Kafka at {address} wants no login on this port",
            advice=f"--security-protocol {'SSL' if security.encrypted else 'PLAINTEXT'}, "
            "or another port",
        )
    return None


def _tls(
    address: str, kind: type[BaseException], text: str, security: Security
) -> AnalyticsError | None:
    if kind is errors.InvalidReceiveError:
        return UnreachableError(
            f"what answers at {address} does not talk to us as Kafka does",
            cause="the port wants TLS, or it is no broker's",
            advice="--security-protocol SSL, or SASL_SSL; check the port in --bootstrap-servers",
        )
    if security.encrypted and (match := _ALERT.search(text)):
        return AuthenticationError(
            f"Kafka at {address} refused our certificate: {match['reason']}",
            cause="it wants one that an authority of its own has signed; ours is missing, expired "
            "or somebody else's",
            advice="--ssl-certfile FILE, and --ssl-keyfile FILE unless the key is in the first",
        )
    if not security.encrypted or "Handshake failed" not in text:
        return None
    if match := _VERIFY.search(text):
        return UnreachableError(
            f"the certificate of Kafka at {address} is not trusted: {match['reason']}",
            cause="another authority signed it, it has expired, or it is that of another host",
            advice="--ssl-cafile FILE names the authority; check the host in --bootstrap-servers",
        )
    return UnreachableError(
        f"there is no TLS with Kafka at {address}: {text.partition('Handshake failed: ')[2]}",
        cause="the port may talk in the clear, or want a certificate of ours (--ssl-certfile)",
        advice="check --security-protocol and the port in --bootstrap-servers",
    )


def _closed(
    address: str, kind: type[BaseException], text: str, security: Security
) -> AnalyticsError | None:
    if CLOSED not in text and "EOF occurred" not in text:
        return None
    wanted = "a certificate of ours (--ssl-certfile)" if security.encrypted else "TLS"
    if not security.logs_in:
        wanted = f"a login, or {wanted}"
    return UnreachableError(
        f"Kafka at {address} closes the connection without an answer",
        cause=f"it wants {wanted}, it is about to stop, or the port is no broker's",
        advice=f"check --security-protocol, which is {security.security_protocol}, and the port",
    )
