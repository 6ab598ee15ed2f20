"""A command line whose commands are loaded when they are typed, not when it starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Entry(NamedTuple):
    """Where a command is: `module:name` in this folder, and its line in the list of commands."""

    place: str
    line: str


class LazyGroup(TyperGroup):
    """Lists its commands from a table; loads the one that is run, asked for help or completed."""

    entries: Mapping[str, Entry] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": {}})
        self.commands = _Loaded(self.entries)  # type: ignore[assignment]

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """What the list shows of a command; None where there is none of this name."""
        entry = self.entries.get(cmd_name)
        return None if entry is None else _listed(cmd_name, entry.line)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself, loaded."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, (found and self.commands[name or ""]), rest


def _listed(name: str, line: str) -> TyperCommand:
    """A command of which only the line in lists is known; it is never cut short."""
    return TyperCommand(name, help=line, short_help=line)


class _Loaded(Mapping[str, Any]):
    """Name → the command; loaded when it is first asked for."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    def __getitem__(self, name: str) -> Any:
        return _load(name, self._entries[name].place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@cache
def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"{__package__}.{module}"), attribute)
    around = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    group: Any = typer.main.get_group(around)
    loaded = group.commands[name]
    for each in getattr(loaded, "commands", {}).values():
        each.short_help = each.help and " ".join(each.help.partition("\n\n")[0].split())
    return loaded
