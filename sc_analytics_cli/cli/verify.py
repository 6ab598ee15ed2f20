"""`sc-analytics verify`: tell where documents differ from the log."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

import typer

from .. import bootstrap
from ..run.backfill import Outcome
from ..run.backfill_plan import Plan
from ..run.store_rules import agree
from ..run.verify import Behind, Verification, behind, read_what_is_absorbed, wait_for_live_runs
from ..settings import Settings
from ..source.port import Source
from ..store.overlay import OverlayStore
from .dates_asked import check_dates, refuse_dates_to_come
from .differences import Changed, changes_of, print_changes
from .left_alone import tell_cut
from .options import command
from .plan_words import behind_in_words, compacted_in_words, dates_counted
from .progress import Silent
from .rebuild import failure_of, make_plans, possible, scan_settled
from .rebuild_options import AllowIncomplete, Dates, From, Json, Names, Slack, Stale, Workers
from .rebuild_request import KAFKA, Request, open_log, request_of
from .voice import say

DIFFERS = 8


@command
def verify(
    settings: Settings,
    names: Names = None,
    dates: Dates = None,
    stale: Stale = False,
    source: From = KAFKA,
    as_json: Json = False,
    workers: Workers = 1,
    slack: Slack = "24h",
    allow_incomplete: AllowIncomplete = False,
) -> None:
    """Compare documents with the log; writes nothing. Exit 8 where anything differs, quiet else.

    Live consumers are given up to 10 s to absorb what the log holds now; what they have not is
    told apart.
    """
    check_dates("verify", dates, stale=stale)
    request = request_of(
        names, dates, source, workers, slack, stale=stale, allow_incomplete=allow_incomplete
    )
    with closing(bootstrap.open_overlay(settings)) as overlay:
        changed, plans, late = _compare_all(settings, overlay, request)
    if not plans:
        say("no date is stale")
    differs = any(each.outcome.changed for each in changed)
    if differs or as_json:
        print_changes(changed, "json" if as_json else "differing", late)
    for each in late:
        say(behind_in_words(each) + ": is the consumer running? sc-analytics status")
    for line in [line for each in plans if differs for line in compacted_in_words(each)]:
        say(line)
    if differs or late:
        raise typer.Exit(DIFFERS)
    tell_cut(plans, allowed=request.allow_incomplete)
    if sys.stderr.isatty() and plans:
        say(_agree_in_words(changed))


def _compare_all(
    settings: Settings, overlay: OverlayStore, request: Request
) -> tuple[list[Changed], list[Plan], list[Behind]]:
    agree(overlay, settings.rules)
    refuse_dates_to_come(settings, overlay, request.names, request.dates)
    clock = bootstrap.SystemClock()
    with closing(open_log(settings, overlay, request)) as log:
        plans = make_plans(settings, overlay, log, request)
        ready = possible(plans, request)
        wait_for_live_runs(ready, overlay, clock)
        late = behind(ready, overlay, log)
        for each in ready:
            read_what_is_absorbed(each, overlay)
        outcomes = _compare(settings, overlay, log, ready, request)
    return changes_of(plans, outcomes, allowed=request.allow_incomplete), plans, late


def _compare(
    settings: Settings,
    overlay: OverlayStore,
    log: Source,
    plans: Sequence[Plan],
    request: Request,
) -> Mapping[str, Outcome]:
    scanned = scan_settled(settings, overlay, log, plans, request, Silent())
    clock = bootstrap.SystemClock()
    outcomes = {}
    for each in plans:
        parts = scanned[each.projection.name]
        failure = failure_of(parts)
        if failure is not None:
            raise failure
        verification = Verification(each, overlay.base, settings.rules, clock, parts, overlay)
        outcomes[each.projection.name] = verification.finish(log, settings.flush_records)
    return outcomes


def _agree_in_words(changed: Iterable[Changed]) -> str:
    """`3 dates agree with the log (2 documents)`."""
    dates, documents = set(), 0
    for each in changed:
        dates.update(each.outcome.unchanged)
        documents += each.outcome.documents
    verb = "agrees" if len(dates) == 1 else "agree"
    stored = "1 document" if documents == 1 else f"{documents:,} documents"
    return f"{dates_counted(len(dates))} {verb} with the log ({stored})"
