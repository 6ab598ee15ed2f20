"""What a run is told: the rules that shape the figures, and where things are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from .errors import UsageError


@dataclass(frozen=True)
class Rules:
    """The settings that change figures; the store remembers the ones it was built with.

    `timezone` is an IANA name: an event's business date is its date there.
    `currency`, in capitals, is the only one that payments and refunds may name;
    None admits any.
    """

    timezone: str = "UTC"
    leader_roles: frozenset[str] = frozenset({"leader"})
    currency: str | None = None

    @classmethod
    def of(cls, timezone: str, leader_roles: str, currency: str | None) -> Rules:
        """The rules from their text forms; roles are separated by commas.

        Raises UsageError for a zone that is not in the tz database or no role at all.
        """
        zone(timezone)
        roles = frozenset(part.strip() for part in leader_roles.split(",") if part.strip())
        if not roles:
            raise UsageError("--leader-roles names no role", advice="--leader-roles leader,admin")
        return cls(timezone, roles, currency.strip().upper() or None if currency else None)


_OF_THE_MACHINE = ("localtime", "posix", "right/")
"""Names in a machine's tz database that are not IANA names; some differ between machines."""


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises UsageError where there is none."""
    try:
        if name.startswith(_OF_THE_MACHINE):
            raise KeyError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"unknown time zone {name!r}",
            cause="--timezone takes a name of the IANA database, spelt with its capitals",
            advice="--timezone Europe/Berlin",
        ) from error


class LogFormat(StrEnum):
    """How messages are written on stderr."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Settings:
    """Everything that flags and environment decide, as one value handed to every process.

    Times are seconds. `store` and `bootstrap_servers` may hold a secret and
    are therefore kept out of `repr`.
    """

    rules: Rules = Rules()
    store: str = field(default="mongodb://localhost:27017/sc_analytics", repr=False)
    bootstrap_servers: str = field(default="localhost:9092", repr=False)
    user_topic: str = "sc.domain.user"
    order_topic: str = "sc.domain.order"
    timeout: float = 10.0
    flush_records: int = 5000
    flush_interval: float = 1.0
    session_timeout: float = 15.0
    ledger_days: int = 30
    log_format: LogFormat = LogFormat.TEXT
    debug: bool = False

    def topic_name(self, topic: str) -> str:
        """The configured name of the declared topic `user` or `order`."""
        return {"user": self.user_topic, "order": self.order_topic}.get(topic, topic)
