"""`sc-analytics report`: the documents, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Annotated

import typer

from .. import bootstrap
from ..errors import UsageError
from ..projections.catalog import all_projections
from ..projections.declaration import Projection
from ..report.dates import parse_dates
from ..report.rows import Row, build_rows, totals
from ..run import dead_letters
from ..run.dead_letters import OPEN
from ..run.store_rules import stored_rules
from ..settings import Settings, zone
from ..store.port import Store
from .options import command, option

Reports = Mapping[str, list[Row]]


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
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
    as_csv: Annotated[bool, option("--csv", "One table on stdout.")] = False,
) -> None:
    """Show the daily documents; without --date, today's."""
    shown = (as_json and "json") or (as_csv and "csv") or "table"
    projections = _chosen(names or ["all"])
    if as_csv and (as_json or len(projections) > 1):
        raise UsageError(
            "--csv prints one report, and not together with --json",
            advice="sc-analytics report funnel --csv",
        )
    write_report(settings, projections, dates or ["today"], shown)


def write_report(
    settings: Settings, projections: Sequence[Projection], dates: Sequence[str], shown: str
) -> None:
    """Print the reports of these dates on stdout, as `table`, `json` or `csv`."""
    now = bootstrap.SystemClock().now()
    with closing(bootstrap.open_store_to_read(settings)) as store:
        timezone = (stored_rules(store) or settings.rules).timezone
        today = now.astimezone(zone(timezone)).date()
        wanted = parse_dates(dates, today)
        reports = {each.report: _rows(store, each, wanted, today) for each in projections}
        counted = dead_letters.counts(store) if shown == "table" else {}
    if shown == "json":
        from ..report.as_json import report_json

        content = report_json(reports, projections, timezone=timezone, generated_at=now)
        sys.stdout.buffer.write(content)
    elif shown == "csv":
        from ..report.as_csv import report_csv

        (projection,) = projections
        sys.stdout.write(report_csv(projection, reports[projection.report]))
    else:
        _print_tables(projections, reports, timezone)
        _print_open({each.name: counted.get(each.name, {}) for each in projections})


def _print_open(counted: Mapping[str, Mapping[str, int]]) -> None:
    """A line below the tables where records of these projections could not be read."""
    left = {name: each[OPEN] for name, each in counted.items() if each.get(OPEN)}
    if left:
        from rich.console import Console

        parts = ", ".join(f"{name} {count:,}" for name, count in left.items())
        console = Console(highlight=False)
        console.print(f"\nOpen dead letters: {parts}; see dead-letters list", markup=False)


def _chosen(names: Sequence[str]) -> list[Projection]:
    known = {each.report: each for each in all_projections()}
    unknown = [name for name in names if name not in known and name != "all"]
    if unknown:
        raise UsageError(
            f"no report is called {unknown[0]!r}",
            advice="choose from: " + ", ".join([*sorted(known), "all"]),
        )
    return [each for name, each in known.items() if "all" in names or name in names]


def _rows(store: Store, projection: Projection, dates: Sequence[str], today: date) -> list[Row]:
    documents = store.load(projection.collection(), dates)
    return build_rows(dates, documents, today=today)


def _print_tables(projections: Sequence[Projection], reports: Reports, timezone: str) -> None:
    from rich.console import Console

    from ..report.table import report_table

    console = Console()
    for number, projection in enumerate(projections):
        if number:
            console.print()
        rows = reports[projection.report]
        console.print(
            report_table(
                projection, rows, totals(projection, rows), width=console.width, timezone=timezone
            )
        )
