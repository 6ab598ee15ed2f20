"""`sc-analytics backfill`: make dates what the log says."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Annotated

from .. import bootstrap
from ..errors import UsageError
from ..run.backfill import Outcome
from ..run.backfill_plan import Plan
from ..run.store_rules import agree
from ..run.verify import Behind, behind
from ..settings import Settings
from ..source.port import Source
from ..store.port import Store
from .dates_asked import check_dates, refuse_dates_to_come
from .differences import changes_of, print_changes
from .left_alone import tell_cut, tell_kept
from .options import command, option
from .plan_words import behind_in_words, dates_counted, plan_in_words, question
from .progress import Silent, watching
from .rebuild import hold_back, make_plans, possible, rebuild
from .rebuild_options import AllowIncomplete, Dates, From, Json, Names, Slack, Stale, Workers
from .rebuild_request import KAFKA, Request, open_log, request_of
from .run_record import recorded
from .voice import say


@command
def backfill(
    settings: Settings,
    names: Names = None,
    dates: Dates = None,
    stale: Stale = False,
    source: From = KAFKA,
    dry_run: Annotated[bool, option("--dry-run", "Write nothing; show what would change.")] = False,
    as_json: Json = False,
    yes: Annotated[bool, option("--yes", "Do not ask.")] = False,
    workers: Workers = 1,
    slack: Slack = "24h",
    allow_incomplete: AllowIncomplete = False,
) -> None:
    """Make each date's documents exactly what the log says, while live runs go on.

    Readers see each document whole, before or after. A date of which retention
    has deleted a part is left alone.
    """
    check_dates("backfill", dates, stale=stale)
    request = request_of(
        names, dates, source, workers, slack, stale=stale, allow_incomplete=allow_incomplete
    )
    form = "json" if as_json else "table"
    if dry_run:
        plans = _try(settings, request, form)
    else:
        plans = _apply(settings, request, form, confirmed=yes)
    tell_cut(plans, allowed=allow_incomplete)


def _try(settings: Settings, request: Request, form: str) -> list[Plan]:
    """Rebuild on an overlay and show what would change."""
    with closing(bootstrap.open_overlay(settings)) as overlay:
        agree(overlay, settings.rules)
        refuse_dates_to_come(settings, overlay, request.names, request.dates)
        with closing(open_log(settings, overlay, request)) as log:
            plans = make_plans(settings, overlay, log, request)
            ready = possible(plans, request)
            late = behind(ready, overlay, log)
            hold_back(ready)
            outcomes: dict[str, Outcome] = {}
            if ready:
                rebuild(settings, overlay, log, ready, request, Silent(), outcomes)
    if plans or form == "json":
        print_changes(changes_of(plans, outcomes, allowed=request.allow_incomplete), form, late)
    for each in late:
        say(f"{behind_in_words(each)}: {_who_counts(each, plans)}")
    say("dry run: nothing was written" if plans else "no date is stale")
    tell_kept(plans, outcomes)
    return plans


def _apply(settings: Settings, request: Request, form: str, *, confirmed: bool) -> list[Plan]:
    """Plan, ask unless it is `confirmed`, rebuild, and keep a record of it."""
    run_id = ""
    outcomes: dict[str, Outcome] = {}
    with closing(bootstrap.open_store(settings)) as store:
        agree(store, settings.rules)
        refuse_dates_to_come(settings, store, request.names, request.dates)
        with closing(open_log(settings, store, request)) as log:
            plans = make_plans(settings, store, log, request)
            hold_back(plans)
            _say_plans(settings, plans, request)
            ready = possible(plans, request)
            if ready:
                if not confirmed:
                    _ask(question(ready, bootstrap.store_name(settings)))
                run_id = _carry_out(settings, store, log, ready, request, outcomes)
    if plans or form == "json":
        print_changes(changes_of(plans, outcomes, allowed=request.allow_incomplete), form)
    say(_done_in_words(outcomes, run_id) if plans else "no date is stale")
    tell_kept(plans, outcomes)
    return plans


def _who_counts(each: Behind, plans: Sequence[Plan]) -> str:
    """What is not absorbed yet is left to consumers where the log may have dropped records."""
    if any(plan.sparse for plan in plans if plan.projection.name == each.projection):
        return "consumers will count it"
    return "a backfill counts what is there, consumers the rest"


def _carry_out(
    settings: Settings,
    store: Store,
    log: Source,
    ready: Sequence[Plan],
    request: Request,
    outcomes: dict[str, Outcome],
) -> str:
    """Rebuild, and fill `outcomes`; returns the id of the run's record."""
    with recorded(store, ready) as run, watching() as observer:
        try:
            rebuild(settings, store, log, ready, request, observer, outcomes)
        finally:
            run.note(observer, outcomes)
    return str(run.document["_id"])


def _done_in_words(outcomes: Mapping[str, Outcome], run_id: str) -> str:
    """`2 dates rewritten (5 documents), 1 document removed · run ID · …`."""
    changed = [each for one in outcomes.values() for each in one.changed.items()]
    dates = {date for date, _ in changed}
    rewritten = f"{dates_counted(len(dates))} rewritten" if dates else "no date had to be rewritten"
    if len(changed) > len(dates):
        rewritten += f" ({len(changed):,} documents)"
    removed = sum(after is None for _, (_, after) in changed)
    if removed:
        rewritten += f", {removed} document{'s' * (removed > 1)} removed"
    return f"{rewritten} · run {run_id} · sc-analytics runs show {run_id}"


def _say_plans(settings: Settings, plans: list[Plan], request: Request) -> None:
    zone = settings.rules.timezone
    for each in plans:
        for line in plan_in_words(each, zone, allowed=request.allow_incomplete):
            say(line)


def _ask(text: str) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("nobody is there to confirm this plan", advice="the same with --yes")
    print(text, end="", file=sys.stderr, flush=True)  # noqa: T201
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was done")
