"""Figures that follow different rules never mix in one store."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import ConflictError
from sc_analytics_cli.run.store_rules import agree, stored_rules
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.store.memory import MemoryStore
from sc_analytics_cli.store.port import SETTINGS
from tests.fakes import FrailStore

BERLIN = Rules.of("Europe/Berlin", "leader,admin", "eur")


def test_the_first_run_decides() -> None:
    """And the same rules are fine ever after."""
    store = MemoryStore()
    assert stored_rules(store) is None
    agree(store, BERLIN)
    assert stored_rules(store) == BERLIN
    before = store.load(SETTINGS, ["rules"])
    agree(store, Rules.of("Europe/Berlin", "admin, leader", "EUR"))
    assert store.load(SETTINGS, ["rules"]) == before


@pytest.mark.parametrize(
    ("rules", "what", "flags"),
    [
        (
            Rules.of("UTC", "leader,admin", "EUR"),
            "--timezone Europe/Berlin, not UTC",
            "--timezone Europe/Berlin",
        ),
        (
            Rules.of("Europe/Berlin", "leader", "EUR"),
            "--leader-roles admin,leader, not leader",
            "--leader-roles admin,leader",
        ),
        (
            Rules.of("Europe/Berlin", "leader,admin", None),
            "--currency EUR, not (any)",
            "--currency EUR",
        ),
        (
            Rules.of("UTC", "leader,admin", "USD"),
            "--timezone Europe/Berlin, not UTC, --currency EUR, not USD",
            "--timezone Europe/Berlin --currency EUR",
        ),
    ],
)
def test_another_run_must_follow_the_same_rules(rules: Rules, what: str, flags: str) -> None:
    """What differs is named, with the flags that would do."""
    store = MemoryStore()
    agree(store, BERLIN)
    with pytest.raises(ConflictError) as refused:
        agree(store, rules)
    assert refused.value.what == f"the store was built with {what}"
    assert refused.value.advice == f"use the store's settings ({flags}) or another --store"
    assert stored_rules(store) == BERLIN


@pytest.mark.parametrize("same", [True, False])
def test_of_two_first_runs_one_decides(same: bool) -> None:
    """The other one finds its rules there, and agrees or is refused."""
    store = FrailStore()
    store.at(2, lambda: agree(store, BERLIN))
    if same:
        agree(store, BERLIN)
    else:
        with pytest.raises(ConflictError):
            agree(store, Rules())
    assert stored_rules(store) == BERLIN


def test_a_store_of_any_currency_is_asked_for_by_an_empty_one() -> None:
    """What is advised can be typed as it stands."""
    store = MemoryStore()
    agree(store, Rules.of("UTC", "leader", None))
    with pytest.raises(ConflictError) as refused:
        agree(store, Rules.of("UTC", "leader", "EUR"))
    assert refused.value.what == "the store was built with --currency (any), not EUR"
    assert refused.value.advice == "use the store's settings (--currency '') or another --store"
    agree(store, Rules.of("UTC", "leader", ""))
