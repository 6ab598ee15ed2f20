"""`sc-analytics runs`: what was done to the documents by hand, by whom and when."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from .. import bootstrap
from ..errors import NotThereError
from ..fold.field import Document
from ..report.safe import harmless
from ..settings import Settings
from ..store.port import RUNS
from .completion import run_ids
from .options import command, option
from .output import instant_in_words, write_json

app = typer.Typer(
    help="Records of backfills: who, when, what, before and after.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
SCHEMA = "sc-analytics.runs/1"


@app.command("list")
@command
def list_(
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """List all runs, the oldest first; a run that was killed is `unfinished`."""
    with closing(bootstrap.open_store_to_read(settings)) as store:
        runs = [_told(each) for each in store.scan(RUNS)]
    if as_json:
        write_json(
            {
                "schema": SCHEMA,
                "runs": [{k: v for k, v in r.items() if k != "changes"} for r in runs],
            }
        )
        return
    _print_list(runs)


@app.command("show")
@command
def show(
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="As printed by list.", autocompletion=run_ids)
    ],
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """Show one run with every field that it changed, before and after."""
    with closing(bootstrap.open_store_to_read(settings)) as store:
        found = store.load(RUNS, [identity]).get(identity)
    if found is None:
        raise NotThereError(f"there is no run {identity!r}", advice="sc-analytics runs list")
    if as_json:
        write_json({"schema": SCHEMA, "runs": [_told(found)]})
        return
    _print_whole(_told(found))


def _told(run: Document) -> Document:
    return {"id": run["_id"]} | {k: v for k, v in run.items() if k not in ("_id", "rev")}


def _print_list(runs: list[Document]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from .screen import screen

    console = screen()
    if not runs:
        console.print("no runs")
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("status", "id", "started (UTC)", "dates", "by"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "by")
    for run in runs:
        dates = [f"{name} {len(each):,}" for name, each in run["dates"].items()]
        started = f"{run['started_at']:%Y-%m-%d %H:%M}"
        cells = ([run["status"]], [run["id"]], [started], dates, [run["who"]])
        table.add_row(*(Text("\n".join(map(harmless, lines))) for lines in cells))
    console.print(table)


def _print_whole(run: Document) -> None:
    from rich.text import Text

    from ..report.differences import Difference
    from .differences import print_difference_table
    from .screen import screen

    console = screen()
    lines = [
        ("id", run["id"]),
        ("command", run["command"]),
        ("by", run["who"]),
        ("code version", run["code_version"]),
        ("status", run["status"]),
        ("started", instant_in_words(run["started_at"])),
        ("ended", instant_in_words(run.get("ended_at"))),
        ("events read", f"{run['events_read']:,}" if "events_read" in run else "–"),
    ]
    lines += [(f"dates of {name}", " ".join(dates)) for name, dates in run["dates"].items()]
    for name, value in lines:
        console.print(Text(f"{name:>24}  {harmless(value)}"), soft_wrap=True)
    changes = [Difference(**each) for each in run.get("changes", [])]
    for projection in dict.fromkeys(each.projection for each in changes):
        rows = [each for each in changes if each.projection == projection]
        print_difference_table(console, projection, rows)
