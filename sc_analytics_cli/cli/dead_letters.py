"""`sc-analytics dead-letters`: the records that could not be read."""

from __future__ import annotations

import sys
from base64 import b64encode
from contextlib import closing
from datetime import datetime
from typing import Annotated, Any

import typer

from .. import bootstrap
from ..errors import NotThereError
from ..fold.field import Document
from ..settings import Settings
from ..store.port import DEAD_LETTERS
from .options import command, option

app = typer.Typer(help="Records that a projection could not read.", no_args_is_help=True)
SCHEMA = "sc-analytics.dead-letters/1"


@app.command("list")
@command
def list_(
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """List all dead letters, by projection and coordinate."""
    with closing(bootstrap.open_store_to_read(settings)) as store:
        letters = [_listed(each) for each in store.scan(DEAD_LETTERS)]
    if as_json:
        _write_json({"schema": SCHEMA, "dead_letters": letters})
        return
    _print_table(letters)


@app.command("show")
@command
def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="As printed by list.")],
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """Show one dead letter with the raw record."""
    with closing(bootstrap.open_store_to_read(settings)) as store:
        found = store.load(DEAD_LETTERS, [identity]).get(identity)
    if found is None:
        raise NotThereError(
            f"there is no dead letter {identity!r}", advice="sc-analytics dead-letters list"
        )
    if as_json:
        _write_json({"schema": SCHEMA, "dead_letters": [_listed(found) | _raw(found)]})
        return
    _print_whole(found)


def _listed(letter: Document) -> Document:
    """What is told of a letter without its raw record."""
    names = ("projection", "topic", "partition", "offset", "reason", "status")
    told = {"id": letter["_id"]} | {name: letter[name] for name in names}
    return told | {name: _instant(letter[name]) for name in ("first_seen", "recorded_at")}


def _raw(letter: Document) -> Document:
    value, key = letter["value"], letter["key"]
    return {
        "key_base64": None if key is None else b64encode(key).decode(),
        "value_base64": None if value is None else b64encode(value).decode(),
        "headers": letter["headers"],
    }


def _instant(value: datetime | None) -> str | None:
    return (
        None if value is None else value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _write_json(content: Document) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def _print_table(letters: list[Document]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..report.table import harmless

    console = Console()
    if not letters:
        console.print("no dead letters")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("id", "reason", "status", "first seen"):
        table.add_column(heading, overflow="fold")
    for letter in letters:
        shown = (letter["id"], letter["reason"], letter["status"], letter["first_seen"])
        table.add_row(*(Text(harmless(str(cell))) for cell in shown))
    console.print(table)
    console.print(f"{len(letters):,} dead letters; sc-analytics dead-letters show ID tells more")


def _print_whole(letter: Document) -> None:
    from rich.console import Console
    from rich.text import Text

    from ..report.table import harmless

    console = Console(highlight=False)
    lines: list[tuple[str, Any]] = list(_listed(letter).items())
    for name in ("key", "value"):
        raw = letter[name]
        lines.append((name, None if raw is None else raw.decode("utf-8", "backslashreplace")))
    lines += [(f"header {each['name']}", each["base64"]) for each in letter["headers"]]
    for name, value in lines:
        console.print(
            Text(f"{harmless(name):>12}  {'–' if value is None else harmless(str(value))}")
        )
