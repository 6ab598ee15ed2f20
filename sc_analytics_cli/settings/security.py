"""How Kafka is talked to: in the clear or by TLS, and who we say we are."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageError
from .declaration import setting
from .kinds import FILE, SWITCH, TEXT, one_of

_PROTOCOLS = one_of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MECHANISMS = one_of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


@dataclass(frozen=True)
class Security:
    """The settings of a Kafka client's login, named as Kafka names them.

    Certificates are files in PEM form. `ssl_cafile` unset: the authorities that
    this machine trusts. Raises UsageError for settings that contradict each other.
    """

    security_protocol: str = setting(
        "PLAINTEXT", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.", _PROTOCOLS
    )
    sasl_mechanism: str | None = setting(
        None, "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.", _MECHANISMS
    )
    sasl_username: str | None = setting(None, "Kafka user.", TEXT)
    sasl_password: str | None = setting(None, "The Kafka user's password.", TEXT, secret=True)
    ssl_cafile: str | None = setting(None, "Authorities that sign the brokers' keys.", FILE)
    ssl_certfile: str | None = setting(None, "Our own certificate, where Kafka asks.", FILE)
    ssl_keyfile: str | None = setting(None, "The key of --ssl-certfile.", FILE)
    ssl_key_password: str | None = setting(
        None, "The password of --ssl-keyfile.", TEXT, secret=True
    )
    ssl_check_hostname: bool = setting(True, "A broker's certificate names its host.", SWITCH)

    @property
    def encrypted(self) -> bool:
        """Whether Kafka is talked to by TLS."""
        return self.security_protocol in ("SSL", "SASL_SSL")

    @property
    def logs_in(self) -> bool:
        """Whether Kafka is told a user and a password."""
        return self.security_protocol.startswith("SASL_")

    def __post_init__(self) -> None:
        login = {
            "--sasl-mechanism": self.sasl_mechanism,
            "--sasl-username": self.sasl_username,
            "SC_ANALYTICS_SASL_PASSWORD": self.sasl_password,
        }
        if self.logs_in:
            self._needs(login)
        elif any(login.values()):
            self._useless(next(name for name, value in login.items() if value), "SASL_SSL")
        if self.ssl_keyfile and not self.ssl_certfile:
            raise UsageError(
                "--ssl-keyfile needs --ssl-certfile too",
                advice="--ssl-certfile FILE; key and certificate may stand in one file",
            )
        files = {"--ssl-cafile": self.ssl_cafile, "--ssl-certfile": self.ssl_certfile}
        if not self.encrypted and any(files.values()):
            self._useless(next(name for name, value in files.items() if value), "SSL or SASL_SSL")

    def _needs(self, parts: dict[str, str | None]) -> None:
        missing = [name for name, value in parts.items() if not value]
        if missing:
            raise UsageError(
                f"--security-protocol {self.security_protocol} needs {' and '.join(missing)} too",
                advice="a password goes into SC_ANALYTICS_SASL_PASSWORD, the configuration file, "
                "or a file of its own: --sasl-password-file FILE",
            )

    def _useless(self, name: str, protocol: str) -> None:
        raise UsageError(
            f"{name} is of no use with --security-protocol {self.security_protocol}",
            cause="the connection would be less safe than it looks",
            advice=f"--security-protocol {protocol}",
        )
