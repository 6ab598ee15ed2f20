"""The variables SC_ANALYTICS_…: those of `./.env` added, misspelt ones found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import typer

from ..config.dotenv import read_dotenv
from ..config.layers import all_settings
from ..config.written import Written
from ..errors import UsageError, perhaps
from ..settings.declaration import PREFIX
from .voice import say

_OF_THE_TESTS = PREFIX + "TEST_"


@dataclass(frozen=True)
class FromDotenv:
    """The variables that only `./.env` has, or why it cannot be read."""

    lines: Mapping[str, Written] = field(default_factory=dict)
    error: UsageError | None = None


NOTHING = FromDotenv()


def add_dotenv() -> FromDotenv:
    """Add to the environment what `./.env` says and the environment does not.

    The parser of the command line reads the options of single commands there. A
    file that cannot be read is no reason to refuse `--help`: the error is kept.
    """
    try:
        said = read_dotenv()
    except UsageError as error:
        return FromDotenv(error=error)
    added = {name: line for name, line in said.items() if not os.environ.get(name)}
    os.environ.update({name: line.text for name, line in added.items()})
    return FromDotenv(added)


def warn_of_unknown(context: typer.Context, dotenv: FromDotenv) -> None:
    """Say which variables mean nothing; raises UsageError for one in `./.env`.

    In the environment it is a warning only: a container platform puts names there
    that begin with ours, such as SC_ANALYTICS_SERVICE_HOST.
    """
    if dotenv.error is not None:
        raise dotenv.error
    known = {each.variable for each in all_settings()}
    unknown = [each for each in os.environ if each.startswith(PREFIX) and each not in known]
    if not unknown:
        return
    known |= set(_of_commands(context.find_root().command))
    for name in unknown:
        if name in known or name.startswith(_OF_THE_TESTS):
            continue
        cause = perhaps(name, known)
        if name in dotenv.lines:
            origin = dotenv.lines[name].origin
            raise UsageError(
                f"{origin}: {name} is no setting",
                cause=cause,
                advice="sc-analytics config show lists them all",
            )
        say(f"warning: {name} is no setting" + (f": {cause}" if cause else ""))


def _of_commands(command: Any) -> Iterator[str]:
    for each in command.params:
        if isinstance(each.envvar, str):
            yield each.envvar
    for each in getattr(command, "commands", {}).values():
        yield from _of_commands(each)
