"""Runs that were killed are told of until somebody has done their dates."""

from datetime import UTC, datetime

import pytest

from sc_analytics_cli.fold.field import Document
from sc_analytics_cli.run.runs import left_unfinished

FUNNEL, REVENUE = "order-funnel", "revenue"
FIRST, SECOND = "2026-10-01", "2026-10-02"


def run(number: int, status: str, **dates: list[str]) -> Document:
    """A record; the runs start one after another."""
    asked = {name.replace("_", "-"): each for name, each in dates.items()}
    at = datetime(2026, 10, 3, number, tzinfo=UTC)
    return {"_id": f"run-{number}", "status": status, "dates": asked, "started_at": at}


KILLED = run(1, "unfinished", order_funnel=[FIRST, SECOND], revenue=[FIRST])


@pytest.mark.parametrize(
    ("later", "left"),
    [
        ([], ["run-1"]),
        ([run(2, "done", order_funnel=[FIRST, SECOND], revenue=[FIRST])], []),
        (
            [
                run(2, "done", order_funnel=[SECOND]),
                run(3, "done", order_funnel=[FIRST], revenue=[FIRST]),
            ],
            [],
        ),
        ([run(2, "unfinished")], ["run-1", "run-2"]),
        ([run(2, "done", order_funnel=[FIRST, SECOND])], ["run-1"]),
        ([run(2, "failed", order_funnel=[FIRST, SECOND], revenue=[FIRST])], ["run-1"]),
        ([run(2, "unfinished", order_funnel=[SECOND])], ["run-1", "run-2"]),
        ([run(0, "done", order_funnel=[FIRST, SECOND], revenue=[FIRST])], ["run-1"]),
    ],
)
def test_a_killed_run_is_told_of_until_later_runs_have_done_its_dates(
    later: list[Document], left: list[str]
) -> None:
    assert left_unfinished([KILLED, *later]) == left
