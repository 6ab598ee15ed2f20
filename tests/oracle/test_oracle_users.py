"""Checks the oracle against figures worked out by hand from the event contract: users."""

from __future__ import annotations

import pytest

from .sample import DAY, dead, event, run

ROLES = frozenset({"leader", "captain"})


def test_every_user_event_has_its_counter() -> None:
    names = "created verified suspended reactivated deleted login_succeeded login_failed locked"
    found = run(
        "user-lifecycle",
        *(
            event(f"user.{name}")
            for index, name in enumerate(names.split())
            for _ in range(index + 1)
        ),
        event("user.role_changed", {"old_role": "member", "new_role": "leader"}),
    )
    document = found.documents[DAY]
    hours = document.pop("hours")
    assert document == {
        "date": DAY,
        "registrations": 1,
        "verifications": 2,
        "verification_rate": 2.0,
        "leaders_promoted": 1,
        "leaders_demoted": 0,
        "suspensions": 3,
        "reactivations": 4,
        "deletions": 5,
        "login_successes": 6,
        "login_failures": 7,
        "accounts_locked": 8,
    }
    assert hours == {
        "12": {
            "registrations": 1,
            "verifications": 2,
            "leaders_promoted": 1,
            "suspensions": 3,
            "reactivations": 4,
            "deletions": 5,
            "login_successes": 6,
            "login_failures": 7,
            "accounts_locked": 8,
        }
    }


@pytest.mark.parametrize(
    ("payload", "promoted", "demoted"),
    [
        ({"old_role": "member", "new_role": "leader"}, 1, 0),
        ({"old_role": "leader", "new_role": "member"}, 0, 1),
        ({"new_role": "leader"}, 1, 0),
        ({"old_role": None, "new_role": "captain"}, 1, 0),
        ({"previous_role": "captain", "role": "member"}, 0, 1),
        ({"old_role": "member", "previous_role": "leader", "new_role": "leader"}, 1, 0),
        ({"old_role": None, "previous_role": "leader", "new_role": "member"}, 0, 1),
        ({"new_role": "member", "role": "leader"}, 0, 0),
        ({"new_role": None, "role": "leader"}, 1, 0),
        ({"new_role": "member", "role": 5}, 0, 0),
        ({"old_role": "leader", "new_role": "captain"}, 0, 0),
        ({"old_role": "member", "new_role": "moderator"}, 0, 0),
        ({"old_role": "member", "new_role": "Leader"}, 0, 0),
        ({"old_role": "leader", "new_role": ""}, 0, 1),
    ],
)
def test_role_changes(payload: dict[str, object], promoted: int, demoted: int) -> None:
    found = run("user-lifecycle", event("user.role_changed", payload), leader_roles=ROLES)
    assert found.counted == 1
    if promoted or demoted:
        document = found.documents[DAY]
        assert (document["leaders_promoted"], document["leaders_demoted"]) == (promoted, demoted)
    else:
        assert found.documents == {}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "leader",
        ["leader"],
        {},
        {"old_role": "member"},
        {"new_role": None},
        {"new_role": 5, "role": "leader"},
        {"new_role": True},
    ],
)
def test_role_changes_that_are_dead_letters(payload: object) -> None:
    assert dead(run("user-lifecycle", event("user.role_changed", payload))) == [0]


def test_first_payload_name_wins_even_where_it_is_no_object() -> None:
    change = event("user.role_changed", [], data={"new_role": "leader"})
    assert dead(run("user-lifecycle", change)) == [0]
    change = event("user.role_changed", data={"new_role": "leader"})
    assert run("user-lifecycle", change | {"payload": None}).counted == 1


def test_a_role_change_without_effect_uses_up_its_id() -> None:
    found = run(
        "user-lifecycle",
        event("user.role_changed", {"old_role": "a", "new_role": "b"}, event_id="x"),
        event("user.created", event_id="x"),
    )
    assert (found.documents, found.counted, found.duplicates) == ({}, 1, 1)


def test_rate_of_one_third_is_the_nearest_double() -> None:
    found = run("user-lifecycle", *(event(f"user.{n}") for n in ("created",) * 3 + ("verified",)))
    assert found.documents[DAY]["verification_rate"] == 0.3333333333333333
