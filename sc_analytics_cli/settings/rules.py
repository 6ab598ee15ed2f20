"""The rules that shape the figures: zone, leader roles, currency."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..errors import UsageError
from .declaration import setting
from .kinds import Kind

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


def _zone_name(text: str) -> str:
    zone(text)
    return text


def _roles(text: str) -> frozenset[str]:
    roles = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not roles:
        raise UsageError("no role is named", advice="--leader-roles leader,admin")
    return roles


def _currency(text: str) -> str | None:
    return text.strip().upper() or None


_ZONE = Kind("a name of the IANA time zone database", "ZONE", _zone_name)
_ROLES = Kind(
    "names of roles",
    "ROLE,…",
    _roles,
    lambda roles: ",".join(sorted(roles)),
    native=(str, list),
)
_CURRENCY = Kind("a currency's code", "CODE", _currency)


@dataclass(frozen=True)
class Rules:
    """The settings that change figures; the store remembers the ones it was built with.

    `timezone` is an IANA name: an event's business date is its date there.
    `currency`, in capitals, is the only one that payments and refunds may name;
    None admits any.
    """

    timezone: str = setting("UTC", "Reporting time zone (IANA name).", _ZONE)
    leader_roles: frozenset[str] = setting(
        frozenset({"leader"}), "Roles that lead, separated by commas.", _ROLES
    )
    currency: str | None = setting(None, "Reporting currency; unset: any.", _CURRENCY)

    @classmethod
    def of(cls, timezone: str, leader_roles: str, currency: str | None) -> Rules:
        """The rules from their text forms; roles are separated by commas.

        Raises UsageError for a zone that is not in the tz database or no role at all.
        """
        return cls(_zone_name(timezone), _roles(leader_roles), _currency(currency or ""))
