"""A backfill's plan as a person reads it before it is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from ..run.backfill_plan import Cut, Plan


def dates_in_words(dates: Sequence[str], timezone: str) -> str:
    """`2026-10-01 … 2026-10-07, 7 dates, UTC, both ends included`."""
    ranges = [
        first if first == last else f"{first} … {last}" for first, last in _consecutive(dates)
    ]
    words = f"{', '.join(ranges)}, {_dates(len(dates))}, {timezone}"
    return words + (", both ends included" if len(dates) > 1 else "")


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
    """What is read, and which dates retention has cut, where, and what happens to them."""
    records = sum(end - start for start, end in plan.spans.values())
    name = plan.projection.name
    lines = [
        f"{name}: {dates_in_words(plan.dates, timezone)}",
        f"{name}: reads {records:,} records of {len(plan.spans)} partitions to the end of the log",
    ]
    for day, cuts in sorted(plan.cut.items()):
        where = ", ".join(map(_left_of, cuts))
        fate = "rebuilt from what is left" if allowed else "skipped"
        lines.append(f"{name}: {day} is not whole any more ({where}): {fate}")
    return lines


def _left_of(cut: Cut) -> str:
    if cut.first is None:
        return f"{cut.partition} is of a topic that was deleted"
    return f"{cut.partition} begins at offset {cut.first}"


def question(plans: Sequence[Plan], database: str) -> str:
    """`Rewrite 3 dates of order-funnel in sc_analytics? [y/N]`."""
    parts = [f"{_dates(len(each.dates))} of {each.projection.name}" for each in plans]
    return f"Rewrite {', '.join(parts)} in {database}? [y/N] "


def _dates(count: int) -> str:
    return "1 date" if count == 1 else f"{count:,} dates"
