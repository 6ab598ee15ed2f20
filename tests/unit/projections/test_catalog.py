"""The catalogue: which projections there are, and how they are named."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.fold.field import Count
from sc_analytics_cli.projections.catalog import all_projections, named
from sc_analytics_cli.projections.declaration import DailyProjection

DELIVERED = {"order-funnel", "revenue", "user-lifecycle"}
"""Those that the product comes with; whoever adds one need not name it here."""

KNOWN = sorted(each.name for each in all_projections())


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["all"], ["order-funnel", "revenue", "user-lifecycle"]),
        (["revenue"], ["revenue"]),
        (["user-lifecycle", "revenue"], ["revenue", "user-lifecycle"]),
        (["revenue", "revenue"], ["revenue"]),
        (["revenue", "all"], ["order-funnel", "revenue", "user-lifecycle"]),
        ([], []),
    ],
)
def test_projections_by_name(names: list[str], found: list[str]) -> None:
    """Each once, in the catalogue's order."""
    assert [each.name for each in named(names) if each.name in DELIVERED] == found


@pytest.mark.parametrize("name", ["funnel", "", "ALL", "Revenue", "revenue "])
def test_a_name_that_there_is_not(name: str) -> None:
    """Is refused, with those that there are."""
    with pytest.raises(UsageError) as refused:
        named(["revenue", name])
    assert refused.value.what == f"no projection is called {name!r}"
    assert refused.value.advice == f"choose from: {', '.join(KNOWN)}, all"


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("order-funel", "perhaps order-funnel is meant"),
        ("REVENUE", "perhaps revenue is meant"),
        ("al", "perhaps all is meant"),
        ("users", "that report is of the projection user-lifecycle"),
        ("xyz", None),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest(typed: str, cause: str | None) -> None:
    """Where any is near; a report's name leads to its projection."""
    with pytest.raises(UsageError) as refused:
        named([typed])
    assert refused.value.cause == cause


def test_only_what_is_declared_in_the_folder_is_in_the_catalogue() -> None:
    """A class that merely exists somewhere is not run by `all`."""

    class Elsewhere(DailyProjection, name="elsewhere", report="else", topic="user", version=1):
        things = Count("thing")

    found = {projection.name for projection in all_projections.__wrapped__()}
    assert Elsewhere.name not in found
    assert found >= DELIVERED


@pytest.mark.parametrize(
    ("name", "collection", "ledger", "group", "topic"),
    [
        ("user-lifecycle", "analytics_user_lifecycle", "analytics_ledger_user_lifecycle",
         "sc-analytics-user-lifecycle", "user"),
        ("order-funnel", "analytics_order_funnel", "analytics_ledger_order_funnel",
         "sc-analytics-order-funnel", "order"),
        ("revenue", "analytics_revenue", "analytics_ledger_revenue",
         "sc-analytics-revenue", "order"),
    ],
)  # fmt: skip
def test_names_that_the_outside_relies_on(
    name: str, collection: str, ledger: str, group: str, topic: str
) -> None:
    """Collections, consumer groups and topics."""
    (projection,) = named([name])
    assert projection.collection() == collection
    assert projection.ledger() == ledger
    assert projection.group() == group
    assert projection.topic == topic
