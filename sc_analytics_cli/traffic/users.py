"""What users do: register, log in, now and then change their role."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from .happening import Happening, Story

_MINUTE: Final = 60.0


def user(rng: Random, key: str, at: float) -> Story:
    """One visit of a user, who is new in three of ten."""
    if rng.random() < 0.3:
        channel = rng.choice(("web", "app", "invite"))
        yield _happens(at, "created", key, {"channel": channel})
        if rng.random() < 0.85:
            at += rng.uniform(0.5, 30) * _MINUTE
            yield _happens(at, "verified", key)
    for _ in range(rng.choice((1, 1, 2, 3))):
        failures = rng.choices((0, 1, 2, 3, 5), (90, 6, 2, 1, 1))[0]
        for _ in range(failures):
            at += rng.uniform(3, 40)
            yield _happens(at, "login_failed", key, {"reason": "wrong password"})
        at += rng.uniform(3, 40)
        if failures == 5:
            yield _happens(at, "locked", key)
            return
        yield _happens(at, "login_succeeded", key)
        at += rng.uniform(5, 50) * _MINUTE
    yield from _rarely(rng, key, at)


def _rarely(rng: Random, key: str, at: float) -> Story:
    drawn = rng.random()
    if drawn < 0.03:
        old, new = rng.choice((("member", "leader"), ("leader", "member"), ("member", "moderator")))
        yield _happens(at, "role_changed", key, {"old_role": old, "new_role": new})
    elif drawn < 0.04:
        yield _happens(at, "suspended", key, {"reason": rng.choice(("spam", "chargeback"))})
        if rng.random() < 0.5:
            yield _happens(at + rng.uniform(5, 90) * _MINUTE, "reactivated", key)
    elif drawn < 0.05:
        yield _happens(at, "deleted", key)


def _happens(at: float, name: str, key: str, payload: dict[str, Any] | None = None) -> Happening:
    return Happening(at, "user", name, key, payload)
