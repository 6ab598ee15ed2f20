"""The dates that a backfill has left alone, told as an error when all others are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..errors import NotThereError, PartialError
from ..run.backfill import Outcome
from ..run.backfill_plan import Plan
from .plan_words import cause_of_cuts, cut_dates, ranges_in_words

OF_CUTS: Final = "--source ARCHIVE, or --allow-incomplete to make do with what is left"

_COMPACTED: Final = "the topic may have dropped: it is compacted"


def tell_cut(plans: Sequence[Plan], *, allowed: bool) -> None:
    """Raise PartialError where dates were left alone because retention has cut them."""
    if any(each.cut for each in plans) and not allowed:
        raise PartialError(
            f"skipped, because retention has cut them: {cut_dates(plans)}",
            cause=cause_of_cuts(plans),
            advice=OF_CUTS,
        )


def tell_kept(plans: Sequence[Plan], outcomes: Mapping[str, Outcome]) -> None:
    """Raise PartialError where dates were left alone because they would lose events.

    NotThereError where no date was rebuilt.
    """
    kept = {name: each.kept for name, each in outcomes.items() if each.kept}
    if kept:
        live = any(each.growing for each in plans)
        told = "; ".join(f"{name}: {ranges_in_words(dates)}" for name, dates in kept.items())
        asked = sum(len(each.dates) for each in plans)
        rest = asked - sum(map(len, kept.values())) - sum(len(each.cut) for each in plans)
        raise (PartialError if rest > 0 else NotThereError)(
            f"left as they are, because they would lose events: {told}",
            cause="their documents have absorbed records that "
            + (_COMPACTED if live else "the archive does not hold"),
            advice=("--source ARCHIVE" if live else "a newer archive, or without --source")
            + "; or --allow-incomplete to make do with what is left",
        )
