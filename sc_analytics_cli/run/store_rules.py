"""The rules that a store was built with: figures of two time zones never mix."""

from __future__ import annotations

from shlex import quote

from ..errors import ConflictError
from ..settings import Rules
from ..store.port import SETTINGS, Store

_ID = "rules"


def stored_rules(store: Store) -> Rules | None:
    """The rules that the store was built with; None where nothing was stored yet."""
    document = store.load(SETTINGS, [_ID]).get(_ID)
    if document is None:
        return None
    return Rules(document["timezone"], frozenset(document["leader_roles"]), document["currency"])


def agree(store: Store, rules: Rules) -> None:
    """Make sure that the store is built with these rules; the first run decides them.

    Raises ConflictError, naming what differs, where it was built with others.
    """
    document = {
        "_id": _ID,
        "timezone": rules.timezone,
        "leader_roles": sorted(rules.leader_roles),
        "currency": rules.currency,
    }
    stored = stored_rules(store)
    if stored is None:
        store.swap(SETTINGS, [document])
        stored = stored_rules(store)
    if stored is not None:
        refuse_other_rules(stored, rules)


def refuse_other_rules(stored: Rules, rules: Rules) -> None:
    """Raise ConflictError, naming what differs, where these are not the store's rules."""
    if stored == rules:
        return
    pairs = [
        ("--timezone", stored.timezone, rules.timezone),
        ("--leader-roles", _roles(stored), _roles(rules)),
        ("--currency", stored.currency or "", rules.currency or ""),
    ]
    differing = [each for each in pairs if each[1] != each[2]]
    raise ConflictError(
        "the store was built with "
        + ", ".join(
            f"{flag} {old or '(any)'}, not {new or '(any)'}" for flag, old, new in differing
        ),
        cause="figures that follow different rules must not mix in one document",
        advice="use the store's settings ("
        + " ".join(f"{flag} {quote(old)}" for flag, old, _ in differing)
        + ") or another --store",
    )


def _roles(rules: Rules) -> str:
    return ",".join(sorted(rules.leader_roles))
