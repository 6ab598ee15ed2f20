"""`sc-analytics backfill` and `verify`: make dates what the log says, or tell where they differ."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Annotated

import typer

from .. import bootstrap
from ..errors import PartialError, UsageError
from ..run.backfill import Outcome
from ..run.backfill_plan import Plan
from ..run.store_rules import agree
from ..settings import Settings
from ..store.port import Store
from .completion import dates_with_data, projection_names
from .differences import Changed, print_changes
from .options import command, option
from .plan_words import cause_of_cuts, plan_in_words, question
from .progress import Silent, watching
from .rebuild import KAFKA, Request, make_plans, open_log, possible, rebuild, slack_of
from .run_record import recorded
from .voice import say

DIFFERS = 8

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME…|all]", help="Default: all.", autocompletion=projection_names),
]
Dates = Annotated[
    list[str] | None,
    option(
        "--date",
        "YYYY-MM-DD, A..B, today, -7d..yesterday; repeatable.",
        metavar="DATES",
        autocompletion=dates_with_data,
    ),
]
From = Annotated[str, option("--source", "kafka, or a file that is the whole truth.")]
Json = Annotated[bool, option("--json", "The differences as one JSON document on stdout.")]
Workers = Annotated[
    int,
    option(
        "--workers",
        "Processes to split the partitions among; a dry run uses one.",
        min=1,
        max=64,
    ),
]
Slack = Annotated[
    str, option("--slack", "Begin to read so long before the first date, by record time.")
]
AllowIncomplete = Annotated[
    bool, option("--allow-incomplete", "Rebuild dates of which retention has cut a part, too.")
]


@command
def backfill(
    settings: Settings,
    names: Names = None,
    dates: Dates = None,
    stale: Annotated[
        bool, option("--stale", "The dates that an older version of the projection has folded.")
    ] = False,
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
    if bool(dates) == stale:
        raise UsageError(
            "backfill needs to know which dates",
            advice="--date 2026-10-01..2026-10-07, or --stale",
        )
    request = Request(
        names or ["all"],
        None if stale else dates,
        source,
        workers,
        slack_of(slack),
        allow_incomplete,
    )
    if dry_run:
        with closing(bootstrap.open_overlay(settings)) as overlay:
            changed, plans = _carry_out(settings, overlay, request, None)
    else:
        with closing(bootstrap.open_store(settings)) as store:
            changed, plans = _carry_out(settings, store, request, "--yes" if yes else "ask")
    print_changes(changed, "json" if as_json else "table")
    if dry_run:
        say("dry run: nothing was written")
    _tell_cut(plans, request)


@command
def verify(
    settings: Settings,
    names: Names = None,
    dates: Dates = None,
    source: From = KAFKA,
    as_json: Json = False,
    workers: Workers = 1,
    slack: Slack = "24h",
    allow_incomplete: AllowIncomplete = False,
) -> None:
    """Compare documents with the log; writes nothing. Exit 8 where anything differs, quiet else."""
    if not dates:
        raise UsageError("verify needs to know which dates", advice="--date yesterday")
    back = slack_of(slack)
    request = Request(names or ["all"], dates, source, workers, back, allow_incomplete)
    with closing(bootstrap.open_overlay(settings)) as overlay:
        changed, plans = _carry_out(settings, overlay, request, None)
    differs = any(each.outcome.changed for each in changed)
    if differs or as_json:
        print_changes(changed, "json" if as_json else "differing")
    if differs:
        raise typer.Exit(DIFFERS)
    _tell_cut(plans, request)


def _carry_out(
    settings: Settings, store: Store, request: Request, consent: str | None
) -> tuple[list[Changed], list[Plan]]:
    """Plan, ask where `consent` says so, rebuild; without `consent` nothing is to be written."""
    agree(store, settings.rules)
    with closing(open_log(settings, store, request)) as log:
        plans = make_plans(settings, store, log, request)
        if consent is not None:
            _say_plans(settings, plans, request)
        ready = possible(plans, request)
        outcomes: dict[str, Outcome] = {}
        if consent is None:
            rebuild(settings, store, log, ready, request, Silent(), outcomes)
        else:
            _ask(question(ready, bootstrap.store_name(settings)), consent)
            with recorded(store, ready) as run, watching() as observer:
                try:
                    rebuild(settings, store, log, ready, request, observer, outcomes)
                finally:
                    run.note(observer, outcomes)
    changed = [
        Changed(
            each.projection,
            outcomes.get(each.projection.name, Outcome()),
            each,
            request.allow_incomplete,
        )
        for each in plans
    ]
    return changed, plans


def _say_plans(settings: Settings, plans: list[Plan], request: Request) -> None:
    zone = settings.rules.timezone
    for each in plans:
        for line in plan_in_words(each, zone, allowed=request.allow_incomplete):
            say(line)


def _ask(text: str, consent: str) -> None:
    if consent == "--yes":
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("nobody is there to confirm this plan", advice="the same with --yes")
    print(text, end="", file=sys.stderr, flush=True)  # noqa: T201
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was done")


def _tell_cut(plans: list[Plan], request: Request) -> None:
    cut = sorted({date for each in plans for date in each.cut})
    if cut and not request.allow_incomplete:
        raise PartialError(
            f"skipped, because retention has cut them: {', '.join(cut)}",
            cause=cause_of_cuts(plans),
            advice="--source ARCHIVE, or --allow-incomplete to make do with what is left",
        )
