"""Which dates backfill and verify are asked for, checked before anything is read."""

from __future__ import annotations

from collections.abc import Sequence

from .. import bootstrap
from ..errors import UsageError
from ..projections.catalog import named
from ..report.dates import parse_dates
from ..settings import Settings, zone
from ..store.port import Store
from .plan_words import ranges_in_words


def check_dates(verb: str, dates: Sequence[str] | None, *, stale: bool) -> None:
    """Raise UsageError where dates are named in no way, or in two."""
    if dates and stale:
        raise UsageError(
            "--date and --stale exclude each other",
            cause="--stale takes all dates that an older version has folded",
            advice=f"sc-analytics {verb} with one of the two",
        )
    if not dates and not stale:
        raise UsageError(
            f"{verb} needs to know which dates",
            advice="--date yesterday, --date 2026-10-01..2026-10-07, or --stale",
        )


def refuse_dates_to_come(
    settings: Settings, store: Store, names: Sequence[str], dates: Sequence[str] | None
) -> None:
    """Raise UsageError for dates that have not begun and have no document.

    A producer whose clock is wrong may have made documents of such dates.
    """
    if dates is None:
        return
    timezone = settings.rules.timezone
    today = bootstrap.SystemClock().now().astimezone(zone(timezone)).date()
    to_come = {each for each in parse_dates(dates, today) if each > today.isoformat()}
    for projection in named(names):
        to_come -= store.load(projection.collection(), sorted(to_come)).keys() if to_come else set()
    if to_come:
        raise UsageError(
            f"these dates have not begun: {ranges_in_words(sorted(to_come))}",
            cause=f"today is {today} ({timezone})",
            advice="--date today, or --date -7d..today",
        )
