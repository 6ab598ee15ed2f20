"""A backfill's plan as a person reads it before it is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ..run.backfill_plan import Cut, Plan
from ..run.verify import Behind
from ..source.renamed import topic_of
from .output import instant_in_words


def dates_in_words(dates: Sequence[str], timezone: str) -> str:
    """`2026-10-01 … 2026-10-07, 7 dates, UTC, both ends included`."""
    words = f"{ranges_in_words(dates)}, {dates_counted(len(dates))}, {timezone}"
    return words + (", both ends included" if len(dates) > 1 else "")


def ranges_in_words(dates: Sequence[str]) -> str:
    """`2026-10-01 … 2026-10-03, 2026-10-07`."""
    return ", ".join(_stretch(first, last) for first, last in _consecutive(dates))


def _stretch(first: str, last: str) -> str:
    return first if first == last else f"{first} … {last}"


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


def possible_dates(plan: Plan, *, allowed: bool) -> list[str]:
    """The dates that are rebuilt: all but those that retention has cut, unless that is allowed."""
    return [date for date in plan.dates if allowed or date not in plan.cut]


def plan_in_words(plan: Plan, timezone: str, *, allowed: bool) -> list[str]:
    """What is read, and what `compacted_in_words` and `cuts_in_words` say."""
    records = sum(end - start for start, end in plan.spans.values())
    name = plan.projection.name
    dates = possible_dates(plan, allowed=allowed)
    lines = [
        f"{name}: {dates_in_words(dates, timezone)}",
        f"{name}: reads {records:,} records of {len(plan.spans)} partitions to {_end(plan)}",
    ]
    fate = "takes what is left" if allowed else "leaves alone dates that would lose events by it"
    lines += [f"{line}; {fate}" for line in compacted_in_words(plan)]
    return (lines if dates else []) + cuts_in_words(plan, allowed=allowed)


def _end(plan: Plan) -> str:
    if not plan.growing:
        return "the end of the file"
    return "the checkpoints" if plan.sparse else "the end of the log"


def compacted_in_words(plan: Plan) -> list[str]:
    """`order-funnel: sc.domain.order is compacted, records may be gone from it`, if it is."""
    topics = sorted({topic_of(each) for each in plan.sparse & plan.growing})
    return [
        f"{plan.projection.name}: {each} is compacted, records may be gone from it"
        for each in topics
    ]


def cuts_in_words(plan: Plan, *, allowed: bool) -> list[str]:
    """A line for each stretch of dates that retention has cut: since when the log is whole."""
    fate = "rebuilt from what is left, without the events before" if allowed else "skipped"
    by_reason: dict[str, list[str]] = {}
    for day, cuts in plan.cut.items():
        by_reason.setdefault(_since(plan, cuts), []).append(day)
    lines = {
        first: f"{plan.projection.name}: {_stretch(first, last)}: {reason}; {fate}"
        for reason, days in by_reason.items()
        for first, last in _consecutive(days)
    }
    return [lines[first] for first in sorted(lines)]


def _since(plan: Plan, cuts: Iterable[Cut]) -> str:
    """What is left of the log, as far as these cuts tell."""
    cuts = list(cuts)
    if any(each.first is None for each in cuts):
        return "its topic was deleted"
    times = [plan.since[each.partition] for each in cuts if each.partition in plan.since]
    if not times:
        return "the log's first records are deleted"
    return f"the log begins {max(times):%Y-%m-%d %H:%M} UTC"


def cut_dates(plans: Iterable[Plan]) -> str:
    """The dates that retention has cut in any of the plans."""
    return ranges_in_words(sorted({date for each in plans for date in each.cut}))


def cause_of_cuts(plans: Iterable[Plan]) -> str:
    """Where the cut partitions begin now, each once."""
    begins: dict[str, dict[str, str]] = {}
    for plan in plans:
        for cut in (cut for cuts in plan.cut.values() for cut in cuts):
            topic, _, number = cut.partition.rpartition("/")
            begins.setdefault(topic, {})[number] = _begins(plan, cut)
    where = "; ".join(
        f"{topic}: {', '.join(f'partition {n} {told[n]}' for n in sorted(told, key=_number))}"
        for topic, told in sorted(begins.items())
    )
    return f"the log begins after the first events of these dates; {where}"


def _number(partition: str) -> tuple[int, str]:
    return (int(partition), "") if partition.isdecimal() else (0, partition)


def _begins(plan: Plan, cut: Cut) -> str:
    if cut.first is None:
        return "is of a topic that was deleted"
    since = plan.since.get(cut.partition)
    recorded = "" if since is None else f" ({instant_in_words(since)})"
    return f"from {cut.first:,}{recorded}"


def behind_in_words(behind: Behind) -> str:
    """`order-funnel: 3 records since 2026-11-28 14:05:09Z are in the log and not absorbed yet`."""
    since = "" if behind.since is None else f" since {instant_in_words(behind.since)}"
    one = behind.records == 1
    return (
        f"{behind.projection}: {'1 record' if one else f'{behind.records:,} records'}{since} "
        f"{'is' if one else 'are'} in the log and not absorbed yet"
    )


def question(plans: Sequence[Plan], database: str) -> str:
    """`Rewrite 3 dates of order-funnel in sc_analytics (consumers may go on)? [y/N]`."""
    parts = [_asked_for(each) for each in plans]
    return f"Rewrite {', '.join(parts)} in {database} (consumers may go on)? [y/N] "


def _asked_for(plan: Plan) -> str:
    """`3 dates of order-funnel`, and where another version folded them, which."""
    now = plan.projection.shape.version
    others = sorted({each["version"] for each in plan.before.values()} - {now})
    versions = f" (version {', '.join(map(str, others))} → {now})" if others else ""
    return f"{dates_counted(len(plan.dates))} of {plan.projection.name}{versions}"


def dates_counted(count: int) -> str:
    """`1 date`, `3 dates`."""
    return "1 date" if count == 1 else f"{count:,} dates"
