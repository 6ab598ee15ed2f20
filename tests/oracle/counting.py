"""The two projections that count events: user lifecycle and order funnel."""

from __future__ import annotations

from collections.abc import Callable

from .decode import Event, MalformedError, first_of, read_payload
from .tally import Hour, Tally, rate

Effect = Callable[[Hour], None]
"""What an event does once it is known to be sound and new."""

_USER_COUNTERS = {
    "user.created": "registrations",
    "user.verified": "verifications",
    "user.suspended": "suspensions",
    "user.reactivated": "reactivations",
    "user.deleted": "deletions",
    "user.login_succeeded": "login_successes",
    "user.login_failed": "login_failures",
    "user.locked": "accounts_locked",
}
_FUNNEL_COUNTERS = {
    "order.created": "orders_created",
    "order.payment_initiated": "payments_initiated",
    "order.payment_succeeded": "payments_succeeded",
    "order.payment_failed": "payments_failed",
    "order.confirmed": "orders_confirmed",
    "order.shipped": "orders_shipped",
    "order.delivered": "orders_delivered",
    "order.cancelled": "orders_cancelled",
}


class UserLifecycle:
    """Registrations, logins, roles."""

    types = frozenset({*_USER_COUNTERS, "user.role_changed"})

    def __init__(self, leader_roles: frozenset[str]) -> None:
        self._tally = Tally()
        self._leader_roles = leader_roles

    def read(self, event: Event) -> Effect:
        """Check an event and return what it does."""
        if event.type == "user.role_changed":
            field = self._role_change(event)
        else:
            field = _USER_COUNTERS[event.type]

        def effect(hour: Hour) -> None:
            if field is not None:
                self._tally.add(hour, field)

        return effect

    def _role_change(self, event: Event) -> str | None:
        payload = read_payload(event)
        old = first_of(payload, "old_role", "previous_role")
        new = first_of(payload, "new_role", "role")
        if not isinstance(new, str):
            raise MalformedError("new role is missing or not a string")
        if old is not None and not isinstance(old, str):
            raise MalformedError("old role is not a string")
        led, leads = old in self._leader_roles, new in self._leader_roles
        if leads and not led:
            return "leaders_promoted"
        if led and not leads:
            return "leaders_demoted"
        return None

    def documents(self) -> dict[str, dict[str, object]]:
        """Return the documents by date."""
        return {date: self._document(date) for date in self._tally.dates()}

    def _document(self, date: str) -> dict[str, object]:
        def total(field: str) -> int:
            return self._tally.total(date, field)

        return {
            "date": date,
            "registrations": total("registrations"),
            "verifications": total("verifications"),
            "verification_rate": rate(total("verifications"), total("registrations")),
            "leaders_promoted": total("leaders_promoted"),
            "leaders_demoted": total("leaders_demoted"),
            "suspensions": total("suspensions"),
            "reactivations": total("reactivations"),
            "deletions": total("deletions"),
            "login_successes": total("login_successes"),
            "login_failures": total("login_failures"),
            "accounts_locked": total("accounts_locked"),
            "hours": self._tally.hours(date),
        }


class OrderFunnel:
    """Orders from creation to delivery; needs no field of any payload."""

    types = frozenset(_FUNNEL_COUNTERS)

    def __init__(self) -> None:
        self._tally = Tally()

    def read(self, event: Event) -> Effect:
        """Return what an event does."""
        field = _FUNNEL_COUNTERS[event.type]
        return lambda hour: self._tally.add(hour, field)

    def documents(self) -> dict[str, dict[str, object]]:
        """Return the documents by date."""
        return {date: self._document(date) for date in self._tally.dates()}

    def _document(self, date: str) -> dict[str, object]:
        counts = {field: self._tally.total(date, field) for field in _FUNNEL_COUNTERS.values()}
        return {
            "date": date,
            **counts,
            "payment_success_rate": rate(
                counts["payments_succeeded"], counts["payments_initiated"]
            ),
            "confirmation_rate": rate(counts["orders_confirmed"], counts["orders_created"]),
            "completion_rate": rate(counts["orders_delivered"], counts["orders_confirmed"]),
            "hours": self._tally.hours(date),
        }
