"""`sc-analytics config`: what the settings are and where they come from; a file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..config.layers import Configuration, described
from ..config.toml_file import HERE
from ..report.safe import harmless
from .failures import reporting
from .options import command, option
from .output import write_json
from .voice import say

app = typer.Typer(
    help="The settings: show them, write a file of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
SCHEMA = "sc-analytics.config/1"


@app.command("show")
@command
def show(
    configuration: Configuration,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """Print each setting, its value and where it came from; passwords are hidden."""
    rows = list(described(configuration))
    if as_json:
        settings = [
            {"name": each.key, "value": value, "origin": origin, "variable": each.variable}
            for each, value, origin in rows
        ]
        file = None if configuration.file is None else str(configuration.file)
        found = {"file": file, "profile": configuration.profile, "settings": settings}
        write_json({"schema": SCHEMA} | found)
        return
    names = max(len(each.key) for each, _, _ in rows)
    values = min(48, max(len(value or "") for _, value, _ in rows))
    for each, value, origin in rows:
        line = f"{each.key:{names}}  {'–' if value is None else value:{values}}  {origin}"
        print(harmless(line.rstrip()))  # noqa: T201
    print(f"file: {configuration.file or 'none'}; profile: {configuration.profile or 'none'}")  # noqa: T201


@app.command("init")
def init(
    path: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="Default: ./sc-analytics.toml.")
    ] = HERE,
) -> None:
    """Write a file with every setting, commented out; an existing one is left alone."""
    from ..config.template import create

    with reporting(debug=False):
        create(path)
        say(f"wrote {path}; a line counts once its # is gone")
