"""User lifecycle: registrations, verifications, roles, logins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ..decode.fields import Envelope, Rejected, either, payload
from ..fold.field import Count, Ratio
from ..settings import Rules
from .declaration import DailyProjection, Share


def promoted(envelope: Envelope, rules: Rules) -> bool:
    """Whether a role change leads from no leader role into one."""
    before, after = _roles(envelope)
    return before not in rules.leader_roles and after in rules.leader_roles


def demoted(envelope: Envelope, rules: Rules) -> bool:
    """Whether a role change leads out of a leader role."""
    before, after = _roles(envelope)
    return before in rules.leader_roles and after not in rules.leader_roles


def _roles(envelope: Envelope) -> tuple[str | None, str]:
    fields = payload(envelope)
    before = either(fields, "old_role", "previous_role")
    after = either(fields, "new_role", "role")
    if type(after) is not str:
        raise Rejected("new_role is missing" if after is None else "new_role is not a string")
    if before is not None and type(before) is not str:
        raise Rejected("old_role is not a string")
    return before, after


class UserLifecycleDaily(
    DailyProjection, name="user-lifecycle", report="users", topic="user", version=1
):
    """What happened to accounts on a date."""

    registrations = Count("user.created")
    verifications = Count("user.verified")
    verification_rate = Ratio("verifications", "registrations")
    leaders_promoted = Count("user.role_changed", when=promoted)
    leaders_demoted = Count("user.role_changed", when=demoted)
    suspensions = Count("user.suspended")
    reactivations = Count("user.reactivated")
    deletions = Count("user.deleted")
    login_successes = Count("user.login_succeeded")
    login_failures = Count("user.login_failed")
    accounts_locked = Count("user.locked")

    shares: ClassVar[Mapping[str, Share]] = {
        "login_failure_rate": Share("login_failures", ("login_successes", "login_failures")),
    }
