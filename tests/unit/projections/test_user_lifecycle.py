"""User lifecycle: which event adds to which counter."""

from __future__ import annotations

import pytest

from sc_analytics_cli.decode.fields import Rejected
from sc_analytics_cli.event import Add
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.settings import Rules

READERS = UserLifecycleDaily.readers(Rules())
CHANGED = "user.role_changed"


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("user.created", "registrations"),
        ("user.verified", "verifications"),
        ("user.suspended", "suspensions"),
        ("user.reactivated", "reactivations"),
        ("user.deleted", "deletions"),
        ("user.login_succeeded", "login_successes"),
        ("user.login_failed", "login_failures"),
        ("user.locked", "accounts_locked"),
    ],
)
@pytest.mark.parametrize("envelope", [{}, {"payload": "not looked at"}, {"payload": None}])
def test_each_event_counts_once(kind: str, field: str, envelope: dict[str, object]) -> None:
    """Whatever its payload is: no field of it is needed."""
    assert READERS[kind](envelope) == (Add(field, 1),)


def test_the_types_that_are_listed() -> None:
    """Eight counted ones and the change of a role."""
    assert set(READERS) == {
        "user.created", "user.verified", "user.suspended", "user.reactivated", "user.deleted",
        "user.login_succeeded", "user.login_failed", "user.locked", "user.role_changed",
    }  # fmt: skip


UP, DOWN = (Add("leaders_promoted", 1),), (Add("leaders_demoted", 1),)


@pytest.mark.parametrize(
    ("payload", "adds"),
    [
        ({"old_role": "member", "new_role": "leader"}, UP),
        ({"old_role": "leader", "new_role": "member"}, DOWN),
        ({"old_role": "leader", "new_role": "leader"}, ()),
        ({"old_role": "member", "new_role": "moderator"}, ()),
        ({"new_role": "leader"}, UP),
        ({"new_role": "member"}, ()),
        ({"old_role": None, "new_role": "leader"}, UP),
        ({"previous_role": "member", "role": "leader"}, UP),
        ({"previous_role": "leader", "role": "member"}, DOWN),
        ({"old_role": "member", "previous_role": "leader", "new_role": "leader"}, UP),
        ({"old_role": None, "previous_role": "leader", "new_role": "member"}, DOWN),
        ({"old_role": "leader", "new_role": "member", "role": "leader"}, DOWN),
        ({"old_role": "leader", "new_role": None, "role": "member"}, DOWN),
        ({"old_role": "Leader", "new_role": "leader"}, UP),
        ({"old_role": "leader ", "new_role": "leader"}, UP),
        ({"old_role": "", "new_role": ""}, ()),
        ({"old_role": "member", "new_role": "leader\ud800"}, ()),
    ],
)
@pytest.mark.parametrize("name", ["payload", "data"])
def test_a_changed_role(payload: dict[str, object], adds: tuple[Add, ...], name: str) -> None:
    """Into a leader role or out of one; a missing old role is none."""
    assert READERS[CHANGED]({name: payload}) == adds


@pytest.mark.parametrize(
    ("old", "new", "adds"),
    [
        ("member", "admin", UP),
        ("member", "owner", UP),
        ("admin", "owner", ()),
        ("owner", "leader", DOWN),
        ("leader", "member", ()),
    ],
)
def test_leader_roles_are_a_setting(old: str, new: str, adds: tuple[Add, ...]) -> None:
    """From one leader role into another is no promotion."""
    readers = UserLifecycleDaily.readers(Rules.of("UTC", "admin, owner", None))
    assert readers[CHANGED]({"payload": {"old_role": old, "new_role": new}}) == adds


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        ({}, "new_role is missing"),
        ({"payload": {}}, "new_role is missing"),
        ({"payload": {"old_role": "leader"}}, "new_role is missing"),
        ({"payload": {"new_role": 5}}, "new_role is not a string"),
        ({"payload": {"new_role": False, "role": "leader"}}, "new_role is not a string"),
        ({"payload": {"old_role": [], "new_role": "leader"}}, "old_role is not a string"),
        ({"payload": "leader"}, "payload is not an object"),
        ({"payload": 0, "data": {"new_role": "leader"}}, "payload is not an object"),
    ],
)
def test_a_changed_role_that_cannot_be_read(envelope: dict[str, object], reason: str) -> None:
    """The new role must be a string, the old one if it is there."""
    with pytest.raises(Rejected) as refused:
        READERS[CHANGED](envelope)
    assert str(refused.value) == reason
