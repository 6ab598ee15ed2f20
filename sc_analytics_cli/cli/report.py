"""`sc-analytics report`: the documents, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Annotated

import typer

from .. import bootstrap
from ..errors import UsageError
from ..projections.catalog import all_projections
from ..projections.declaration import Projection
from ..report.page import Page
from ..report.ranking import TOP, Choice, check_choice
from ..settings import Settings
from .options import command, option
from .report_pages import Question, read_pages, read_rows
from .screen import screen


@command
def report(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[users|funnel|revenue|all]", help="Default: all."),
    ] = None,
    dates: Annotated[
        list[str] | None,
        option(
            "--date",
            "YYYY-MM-DD, A..B, today, yesterday, -7d..yesterday; repeatable.",
            metavar="DATES",
        ),
    ] = None,
    top: Annotated[int, option("--top", "Name so many of each ranking.", min=1, max=1000)] = TOP,
    by: Annotated[
        str | None, option("--by", "Rank by this alone.", metavar="[community|promotion]")
    ] = None,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
    as_csv: Annotated[bool, option("--csv", "One table on stdout.")] = False,
) -> None:
    """Show the daily documents; without --date, today's."""
    shown = (as_json and "json") or (as_csv and "csv") or "table"
    question = Question(_chosen(names or ["all"]), dates or ["today"], Choice(top, by))
    check_choice(question.projections, question.choice)
    if as_csv and (as_json or len(question.projections) > 1):
        raise UsageError(
            "--csv prints one report, and not together with --json",
            advice="sc-analytics report funnel --csv",
        )
    write_report(settings, question, shown)


def write_report(settings: Settings, question: Question, shown: str) -> None:
    """Print the reports on stdout, as `table`, `json` or `csv`."""
    with closing(bootstrap.open_store_to_read(settings)) as store:
        now = bootstrap.SystemClock().now()
        if shown == "table":
            pages = read_pages(store, settings, question, now)
        else:
            timezone, reports = read_rows(store, settings, question, now)
    if shown == "json":
        from ..report.as_json import report_json

        content = report_json(reports, question.projections, timezone=timezone, generated_at=now)
        sys.stdout.buffer.write(content)
    elif shown == "csv":
        from ..report.as_csv import report_csv

        (projection,) = question.projections
        sys.stdout.write(report_csv(projection, reports[projection.report]))
    else:
        _print(pages)


def _print(pages: Sequence[Page]) -> None:
    console = screen()
    for number, page in enumerate(pages):
        if number:
            console.print()
        console.print(page.screen())


def _chosen(names: Sequence[str]) -> list[Projection]:
    known = {each.report: each for each in all_projections()}
    unknown = [name for name in names if name not in known and name != "all"]
    if unknown:
        raise UsageError(
            f"no report is called {unknown[0]!r}",
            advice="choose from: " + ", ".join([*sorted(known), "all"]),
        )
    return [each for name, each in known.items() if "all" in names or name in names]
