"""The rules that shape the figures, and what settings keep to themselves."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.settings import Rules, Settings, zone


@pytest.mark.parametrize(
    ("timezone", "roles", "currency", "rules"),
    [
        ("UTC", "leader", None, Rules()),
        ("UTC", "leader", "", Rules()),
        ("Europe/Berlin", "leader", None, Rules("Europe/Berlin")),
        ("UTC", "leader,admin", None, Rules(leader_roles=frozenset({"admin", "leader"}))),
        ("UTC", " admin , ,leader,", None, Rules(leader_roles=frozenset({"admin", "leader"}))),
        ("UTC", "a b", None, Rules(leader_roles=frozenset({"a b"}))),
        ("UTC", "leader", "eur", Rules(currency="EUR")),
        ("UTC", "leader", " Eur ", Rules(currency="EUR")),
    ],
)
def test_rules_from_their_text_forms(
    timezone: str, roles: str, currency: str | None, rules: Rules
) -> None:
    """Roles are separated by commas; a currency is written in capitals; none admits any."""
    assert Rules.of(timezone, roles, currency) == rules


@pytest.mark.parametrize("roles", ["", " ", ",", " , ,"])
def test_no_leader_role_at_all_is_refused(roles: str) -> None:
    """It would be a mistake on the command line."""
    with pytest.raises(UsageError, match="no role is named"):
        Rules.of("UTC", roles, None)


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "europe/berlin!", "/etc/passwd", "../UTC", "Europe", "+02:00", "\0"]
)
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    """With a name that there is."""
    for attempt in (lambda: zone(name), lambda: Rules.of(name, "leader", None)):
        with pytest.raises(UsageError) as refused:
            attempt()
        assert refused.value.what == f"unknown time zone {name!r}"
        assert refused.value.advice == "--timezone Europe/Berlin"


def test_settings_show_no_secret() -> None:
    """Addresses may hold passwords and are left out of `repr`."""
    settings = Settings(store="mongodb://me:hush@host/db", bootstrap_servers="hush:9092")
    assert "hush" not in repr(settings)


def test_topics_have_configured_names() -> None:
    """A topic of a new projection is called what the projection calls it."""
    settings = Settings(user_topic="users", order_topic="orders")
    assert settings.topic_name("user") == "users"
    assert settings.topic_name("order") == "orders"
    assert settings.topic_name("web") == "web"
    assert Settings().topic_name("user") == "sc.domain.user"
    assert Settings().topic_name("order") == "sc.domain.order"
