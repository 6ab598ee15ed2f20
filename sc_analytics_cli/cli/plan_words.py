"""A backfill's plan as a person reads it before it is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ..run.backfill_plan import Cut, Plan
from .output import instant_in_words


def dates_in_words(dates: Sequence[str], timezone: str) -> str:
    """`2026-10-01 … 2026-10-07, 7 dates, UTC, both ends included`."""
    words = f"{ranges_in_words(dates)}, {_dates(len(dates))}, {timezone}"
    return words + (", both ends included" if len(dates) > 1 else "")


def ranges_in_words(dates: Sequence[str]) -> str:
    """`2026-10-01 … 2026-10-03, 2026-10-07`."""
    return ", ".join(
        first if first == last else f"{first} … {last}" for first, last in _consecutive(dates)
    )


def _consecutive(dates: Sequence[str]) -> list[tuple[str, str]]:
    """First and last of each run of consecutive dates."""
    runs: list[tuple[str, str]] = []
    for text in sorted(dates):
        day_before = (date.fromisoformat(text) - timedelta(days=1)).isoformat()
        if runs and runs[-1][1] == day_before:
            runs[-1] = (runs[-1][0], text)
        else:
            runs.append((text, text))
    return runs


def plan_in_words(plan: Plan, timezone: str, *, allowed: bool) -> list[str]:
    """What is read, and what `cuts_in_words` says."""
    records = sum(end - start for start, end in plan.spans.values())
    name = plan.projection.name
    lines = [
        f"{name}: {dates_in_words(plan.dates, timezone)}",
        f"{name}: reads {records:,} records of {len(plan.spans)} partitions to the end of the log",
    ]
    return lines + cuts_in_words(plan, allowed=allowed)


def cuts_in_words(plan: Plan, *, allowed: bool) -> list[str]:
    """Which dates retention has cut, what is still there, and what happens to them."""
    fate = "rebuilt from what is left" if allowed else "skipped"
    return [
        f"{plan.projection.name}: {day} is not whole any more "
        f"({', '.join(_begins(plan, each) for each in cuts)}): {fate}"
        for day, cuts in sorted(plan.cut.items())
    ]


def cause_of_cuts(plans: Iterable[Plan]) -> str:
    """Where the cut partitions begin now."""
    begins = [_begins(each, cut) for each in plans for cuts in each.cut.values() for cut in cuts]
    where = ", ".join(dict.fromkeys(begins))
    return f"the log begins after the first events of these dates: {where}"


def _begins(plan: Plan, cut: Cut) -> str:
    if cut.first is None:
        return f"{cut.partition} is of a topic that was deleted"
    since = plan.since.get(cut.partition)
    recorded = "" if since is None else f", recorded {instant_in_words(since)}"
    return f"{cut.partition} begins at offset {cut.first:,}{recorded}"


def question(plans: Sequence[Plan], database: str) -> str:
    """`Rewrite 3 dates of order-funnel in sc_analytics? [y/N]`."""
    parts = [f"{_dates(len(each.dates))} of {each.projection.name}" for each in plans]
    return f"Rewrite {', '.join(parts)} in {database}? [y/N] "


def _dates(count: int) -> str:
    return "1 date" if count == 1 else f"{count:,} dates"
