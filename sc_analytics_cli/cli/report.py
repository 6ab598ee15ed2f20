"""`sc-analytics report`: the documents, for people and for programs."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from .. import bootstrap
from ..errors import UsageError, perhaps
from ..projections.catalog import all_projections
from ..projections.declaration import Projection
from ..report.ranking import TOP, Choice, check_choice
from ..settings import Settings
from .completion import dates_with_data, report_names
from .options import command, option
from .report_question import Question

if TYPE_CHECKING:
    from ..report.page import Page

_USUAL_SECONDS: Final = 5.0
_LEAST_SECONDS, _MOST_SECONDS = 0.5, 86_400.0
_SECONDS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@command
def report(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[users|funnel|revenue|all]", help="Default: all.", autocompletion=report_names
        ),
    ] = None,
    dates: Annotated[
        list[str] | None,
        option(
            "--date",
            "YYYY-MM-DD, A..B, today, yesterday, -7d..yesterday; repeatable.",
            metavar="DATES",
            autocompletion=dates_with_data,
        ),
    ] = None,
    hours: Annotated[bool, option("--hours", "Each date hour by hour, to see since when.")] = False,
    top: Annotated[int, option("--top", "Name so many of each ranking.", min=1, max=1000)] = TOP,
    by: Annotated[
        str | None, option("--by", "Rank by this alone.", metavar="[community|promotion]")
    ] = None,
    watching: Annotated[
        bool,
        option("--watch", "Draw it again every 5 seconds, or every SECONDS, a number behind it."),
    ] = False,
    checking: Annotated[
        bool,
        option("--check", "Print only what is out of the ordinary; exit 8 where anything is."),
    ] = False,
    export_to: Annotated[
        Path | None,
        option("--export", "Write it to a file: .svg, .html, .md, .csv or .json.", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
    as_csv: Annotated[bool, option("--csv", "One table on stdout.")] = False,
) -> None:
    """Show the daily documents; without --date, today's.

    One date is shown in full: beside its figures are those of the same weekday of
    last week and of the day before in the same hours, and what is out of the
    ordinary against the 14 days before is marked.
    """
    words, seconds = _split(names or [])
    question = Question(_chosen(words or ["all"]), dates or ["today"], Choice(top, by))
    asked = Asked(hours, watching, checking, export_to, as_json, as_csv)
    check_choice(question.projections, question.choice)
    _check_usage(asked, question, seconds)
    if watching:
        from ..report.page import Page
        from .report_watch import watch

        drawn = Page.hours_screen if hours else Page.screen
        watch(partial(_look, settings, question), drawn, seconds or _USUAL_SECONDS)
    write_report(settings, question, asked)


class Asked(NamedTuple):
    """How a report is to be shown."""

    hours: bool = False
    watching: bool = False
    checking: bool = False
    export_to: Path | None = None
    as_json: bool = False
    as_csv: bool = False


def write_report(settings: Settings, question: Question, asked: Asked) -> None:
    """Read the store once and print, check or export what is asked for."""
    if (asked.as_json or asked.as_csv) and not asked.checking:
        _write_rows(settings, question, asked)
        return
    pages = _look(settings, question)
    if asked.checking:
        from .report_check import check

        check(pages, as_json=asked.as_json)
    elif asked.export_to is not None:
        from .export import export

        export(asked.export_to, pages, hours=asked.hours)
    else:
        _print(pages, asked)


def _look(settings: Settings, question: Question) -> list[Page]:
    from .report_pages import read_pages

    with closing(bootstrap.open_store_to_read(settings)) as store:
        return read_pages(store, settings, question, bootstrap.SystemClock().now())


def _write_rows(settings: Settings, question: Question, asked: Asked) -> None:
    from .report_pages import read_rows

    now = bootstrap.SystemClock().now()
    with closing(bootstrap.open_store_to_read(settings)) as store:
        timezone, reports = read_rows(store, settings, question, now)
    if asked.as_csv:
        from ..report.as_csv import report_csv

        (projection,) = question.projections
        sys.stdout.write(report_csv(projection, reports[projection.report]))
    else:
        from ..report.as_json import report_json

        content = report_json(reports, question.projections, timezone=timezone, generated_at=now)
        sys.stdout.buffer.write(content)


def _print(pages: Sequence[Page], asked: Asked) -> None:
    from .screen import screen

    console = screen()
    for number, page in enumerate(pages):
        if number:
            console.print()
        console.print(page.hours_screen() if asked.hours else page.screen())
    left = [page.known for page in pages if page.known.dead_letters]
    if left and (asked.hours or len(pages[0].dates) > 1):
        parts = ", ".join(f"{each.projection.name} {each.dead_letters:,}" for each in left)
        console.print(f"\nOpen dead letters: {parts}; see dead-letters list", markup=False)


def _split(words: Sequence[str]) -> tuple[list[str], float | None]:
    """Names of reports, and the number of seconds among them that belongs to --watch."""
    numbers = [word for word in words if _SECONDS.fullmatch(word)]
    if len(numbers) > 1:
        raise UsageError("--watch takes one number of seconds", advice="report --watch 5")
    names = [word for word in words if word not in numbers]
    return names, float(numbers[0]) if numbers else None


def _check_usage(asked: Asked, question: Question, seconds: float | None) -> None:
    if seconds is not None and not asked.watching:
        raise UsageError(
            f"a number of seconds, {seconds:g}, goes with --watch",
            advice="sc-analytics report --watch 5",
        )
    if seconds is not None and not _LEAST_SECONDS <= seconds <= _MOST_SECONDS:
        raise UsageError(
            f"--watch {seconds:g}: it is from {_LEAST_SECONDS:g} to {_MOST_SECONDS:,g} seconds",
            advice="sc-analytics report --watch 5",
        )
    if asked.as_csv and (asked.as_json or len(question.projections) > 1):
        raise UsageError(
            "--csv prints one report, and not together with --json",
            advice="sc-analytics report funnel --csv",
        )
    _check_together(asked)
    if asked.export_to is not None:
        from .export import check_export

        check_export(asked.export_to, len(question.projections), hours=asked.hours)


def _check_together(asked: Asked) -> None:
    """One way of showing it at a time; `--check --json` is one."""
    ways = {
        "--watch": asked.watching,
        "--check": asked.checking,
        "--export": asked.export_to is not None,
        "--json": asked.as_json and not asked.checking,
        "--csv": asked.as_csv,
    }
    chosen = [name for name, given in ways.items() if given]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]} exclude each other", advice="choose one")
    if asked.hours and (asked.as_json or asked.as_csv or asked.checking):
        raise UsageError(
            "--hours is a table for people",
            cause="--json has the hours of every date without it",
            advice="sc-analytics report funnel --hours",
        )


def _chosen(names: Sequence[str]) -> list[Projection]:
    known = {each.report: each for each in all_projections()}
    unknown = [name for name in names if name not in known and name != "all"]
    if unknown:
        of_projection = {
            each.name: f"that projection's report is {each.report}" for each in known.values()
        }
        raise UsageError(
            f"no report is called {unknown[0]!r}",
            cause=of_projection.get(unknown[0]) or perhaps(unknown[0], {*known, "all"}),
            advice="choose from: " + ", ".join([*sorted(known), "all"]),
        )
    return [each for name, each in known.items() if "all" in names or name in names]
