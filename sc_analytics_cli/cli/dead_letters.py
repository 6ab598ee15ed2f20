"""`sc-analytics dead-letters`: the records that could not be read."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from contextlib import closing
from datetime import datetime
from typing import Annotated, Any

import typer

from .. import bootstrap
from ..errors import NotThereError, PartialError, UsageError
from ..fold.field import Document
from ..projections.catalog import all_projections
from ..report.safe import harmless
from ..run import dead_letters
from ..run.retry import CLOSING, Answer, Retry
from ..run.store_rules import agree
from ..settings import Settings
from ..store.port import DEAD_LETTERS, Store
from .additions import adds_in_words
from .completion import dead_letter_ids
from .options import command, option
from .output import instant_in_words, write_json
from .voice import say

app = typer.Typer(
    help="Records that a projection could not read.", no_args_is_help=True, rich_markup_mode=None
)
SCHEMA = "sc-analytics.dead-letters/1"
_TYPED = re.compile(r"([^:/]+):([0-9]+:[0-9]+)")
"""A coordinate as it is typed for `explain`: `TOPIC:PARTITION:OFFSET`."""


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
        write_json({"schema": SCHEMA, "dead_letters": letters})
        return
    _print_table(letters)


@app.command("show")
@command
def show(
    identity: Annotated[
        str,
        typer.Argument(metavar="ID", help="As printed by list.", autocompletion=dead_letter_ids),
    ],
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """Show one dead letter with the raw record."""
    with closing(bootstrap.open_store_to_read(settings)) as store:
        found = store.load(DEAD_LETTERS, [identity]).get(identity)
        if found is None:
            raise _not_there(store, identity)
    if as_json:
        write_json({"schema": SCHEMA, "dead_letters": [_listed(found) | _raw(found)]})
        return
    _print_whole(found)


@app.command("retry")
@command
def retry(
    settings: Settings,
    identities: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID…", help="As printed by list.", autocompletion=dead_letter_ids),
    ] = None,
    everything: Annotated[bool, option("--all", "All that are open.")] = False,
) -> None:
    """Read dead letters again; what can be read now is counted, once. Exit 3 if any stays open.

    Those that were discarded too, if they are named.
    """
    with closing(bootstrap.open_store_to_read(settings)) as store:
        agree(store, settings.rules)
        clock = bootstrap.SystemClock().now
        retries = {
            each.name: Retry(each, store, settings.rules, clock) for each in all_projections()
        }
        stayed = 0
        for letter in _chosen(store, identities or [], everything):
            retrying = retries.get(letter["projection"])
            answer = Answer("unknown projection") if retrying is None else retrying.retry(letter)
            stayed += answer.became not in CLOSING
            for line in (f"{letter['_id']}: {answer.became}", *adds_in_words(answer.postings)):
                print(harmless(line))  # noqa: T201
    _tell_stayed(
        stayed,
        "this version of the product cannot read them either, or they were closed before",
    )


@app.command("discard")
@command
def discard(
    settings: Settings,
    identities: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID…", help="As printed by list.", autocompletion=dead_letter_ids),
    ] = None,
    everything: Annotated[bool, option("--all", "All that are open.")] = False,
) -> None:
    """Close dead letters without counting them; they stay listed as discarded.

    A backfill that can read one counts it all the same, and so does a retry that names it.
    Exit 3 if any was closed before.
    """
    with closing(bootstrap.open_store_to_read(settings)) as store:
        now = bootstrap.SystemClock().now()
        stayed = 0
        for letter in _chosen(store, identities or [], everything):
            answer = dead_letters.DISCARDED
            if letter["status"] in dead_letters.UNCOUNTED:
                at = dead_letters.coordinate_of(letter)
                dead_letters.close(store, letter["projection"], [at], answer, now)
            else:
                stayed += 1
                answer = f"{letter['status']} already"
            print(f"{harmless(letter['_id'])}: {harmless(answer)}")  # noqa: T201
    _tell_stayed(stayed, "closed before: what they say is counted")


def _tell_stayed(stayed: int, cause: str) -> None:
    """Raise PartialError where any letter was left as it was."""
    if stayed:
        one = stayed == 1
        raise PartialError(
            "1 dead letter stays as it is" if one else f"{stayed:,} dead letters stay as they are",
            cause=cause,
            advice="sc-analytics dead-letters show ID",
        )


def _chosen(store: Store, identities: list[str], everything: bool) -> list[Document]:
    if everything == bool(identities):
        raise UsageError(
            "which dead letters?",
            advice="name their ids (sc-analytics dead-letters list), or --all",
        )
    if everything:
        letters = store.scan(DEAD_LETTERS)
        opened = [each for each in letters if each["status"] == dead_letters.OPEN]
        if not opened:
            say("no dead letter is open")
        return opened
    found = store.load(DEAD_LETTERS, identities)
    missing = [each for each in identities if each not in found]
    if missing:
        raise _not_there(store, missing[0])
    return [found[each] for each in identities]


def _not_there(store: Store, identity: str) -> NotThereError:
    """Names a letter that may be meant: of a record that was named without its projection."""
    names = [each.name for each in all_projections()]
    named = _TYPED.fullmatch(identity)
    at = f"{named[1]}/{named[2]}" if named else identity
    meant = [f"{name}:{at}" for name in names]
    there = sorted(store.load(DEAD_LETTERS, meant))
    return NotThereError(
        f"there is no dead letter {identity!r}",
        cause=f"{there[0]} may be meant" if there else None,
        advice="sc-analytics dead-letters list",
    )


def _listed(letter: Document) -> Document:
    """What is told of a letter without its raw record."""
    names = ("projection", "topic", "partition", "offset", "reason", "status")
    told = {"id": letter["_id"]} | {name: letter[name] for name in names}
    return told | {name: letter[name] for name in ("first_seen", "recorded_at")}


def _raw(letter: Document) -> Document:
    value, key = letter["value"], letter["key"]
    return {
        "key_base64": None if key is None else b64encode(key).decode(),
        "value_base64": None if value is None else b64encode(value).decode(),
        "headers": letter["headers"],
    }


def _print_table(letters: list[Document]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from .screen import screen

    console = screen()
    if not letters:
        console.print("no dead letters")
        return
    table = Table(box=box.SIMPLE_HEAD)
    states = Counter(letter["status"] for letter in letters)
    table.add_column("status", no_wrap=True, min_width=max(map(len, states)))
    table.add_column("id", overflow="fold", min_width=38)
    table.add_column("reason", overflow="fold")
    for letter in letters:
        shown = (letter["status"], letter["id"], letter["reason"])
        table.add_row(*(Text(harmless(cell)) for cell in shown))
    console.print(table)
    counted = ", ".join(f"{count:,} {status}" for status, count in sorted(states.items()))
    console.print(f"{counted}; sc-analytics dead-letters show ID tells more")


def _print_whole(letter: Document) -> None:
    from rich.text import Text

    from .screen import screen

    console = screen()
    lines: list[tuple[str, Any]] = list(_listed(letter).items())
    for name in ("key", "value"):
        raw = letter[name]
        lines.append((name, None if raw is None else raw.decode("utf-8", "backslashreplace")))
    lines += [(f"header {each['name']}", each["base64"]) for each in letter["headers"]]
    for name, value in lines:
        if isinstance(value, datetime):
            value = instant_in_words(value)
        text = "–" if value is None else harmless(str(value))
        console.print(Text(f"{harmless(name):>12}  {text}"), soft_wrap=True)
