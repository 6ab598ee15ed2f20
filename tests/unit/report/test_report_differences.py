"""What a run would change, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.report.differences import differences

(FUNNEL,), (REVENUE,) = named(["order-funnel"]), named(["revenue"])
DAY = "2026-10-01"


def document(**fields: Any) -> dict[str, Any]:
    """A stored document."""
    return FUNNEL.shape.empty(DAY) | {"_id": DAY, "version": 1, "hours": {}} | fields


CASES = {
    "a counter": (document(), document(orders_created=2), [("orders_created", None, 0, 2)]),
    "an hour": (
        document(orders_created=1, hours={"10": {"orders_created": 1}}),
        document(orders_created=1, hours={"11": {"orders_created": 1}}),
        [("hours", "10 orders_created", 1, None), ("hours", "11 orders_created", None, 1)],
    ),
    "the hour of a counter that differs": (
        document(),
        document(orders_created=1, hours={"11": {"orders_created": 1}}),
        [("orders_created", None, 0, 1)],
    ),
    "a version": (document(), document(version=2), [("version", None, 1, 2)]),
    "incomplete": (document(), document(incomplete=True), [("incomplete", None, None, True)]),
    "a bare document": ({"_id": DAY}, None, [("document", None, "stored", None)]),
}


@pytest.mark.parametrize("case", CASES)
def test_everything_that_differs_is_told(case: str) -> None:
    """Once, and whatever it is."""
    before, after, wanted = CASES[case]
    found = [tuple(each)[2:] for each in differences(FUNNEL, [(before, after)])]
    assert found == wanted


def test_a_map_is_told_by_entry() -> None:
    """Ids as they are, in their order."""
    before = {"_id": DAY, "revenue_by_community": {"a.b": 1, "c": 2}, "version": 1}
    after = {"_id": DAY, "revenue_by_community": {"a.b": 1, "$": 3}, "version": 1}
    found = list(differences(REVENUE, [(before, after)]))
    assert [(each.date, each.key, each.before, each.after) for each in found] == [
        (DAY, "$", None, 3),
        (DAY, "c", 2, None),
    ]
