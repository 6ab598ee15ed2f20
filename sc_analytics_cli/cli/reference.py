"""docs/commands.md, made from the commands themselves: `make docs` writes it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any, Final

import typer

from ..config.layers import all_settings
from .app import app

_HEAD: Final = """\
# Commands

Made from the code by `make docs`; a test fails when it is stale.

Every option has a variable: `SC_ANALYTICS_` and its name in capitals, `-` as `_`. Every command
that touches a server or a store takes the options of the [settings](settings.md) too. Results go to
stdout, everything else to stderr. What the exit codes mean: [on call](howto/on-call.md).
"""
_COMMON: Final = {"help", "config", "profile"}


def reference() -> str:
    """The page as it ought to be."""
    root: Any = typer.main.get_command(app)
    return _HEAD + "".join(_entry(path, each) for path, each in _commands(root))


def _commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from _commands(each, *path, name)
        else:
            yield " ".join((*path, name)), each


def _entry(path: str, command: Any) -> str:
    settings = {each.name for each in all_settings()} | _COMMON
    own = [each for each in command.params if each.name not in settings]
    arguments = [each for each in own if each.param_type_name == "argument"]
    options = [each for each in own if each.param_type_name == "option"]
    words = " ".join(each.metavar or each.name.upper() for each in arguments)
    usage = f"sc-analytics {path} {words}".strip()
    lines = [f"\n## {path}\n", f"`{usage}`\n", inspect.cleandoc(command.help or "") + "\n"]
    rows = [_row(each) for each in options]
    if rows:
        lines.append("| option | | default |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(lines)


def _row(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or _type(option)}"
    default = option.default
    shown = "" if default in (None, False, ()) or callable(default) else f"`{default}`"
    if default is True:
        shown = "on"
    names = ", ".join(f"`{each}{value}`" for each in [*option.opts, *option.secondary_opts])
    return f"| {names} | {option.help} | {shown} |".replace("  |", " |")


def _type(option: Any) -> str:
    return "N" if option.min is not None else "TEXT"


if __name__ == "__main__":
    sys.stdout.write(reference())
