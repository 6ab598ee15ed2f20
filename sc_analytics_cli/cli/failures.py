"""How an error reaches a person: what, the likely cause, what to type next; and the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ..errors import AnalyticsError
from .voice import say, says_json

UNEXPECTED, INTERRUPTED = 1, 130


@contextmanager
def reporting(*, debug: bool) -> Iterator[None]:
    """Turn whatever is raised inside into words on stderr and an exit code."""
    try:
        yield
    except AnalyticsError as error:
        if debug:
            _say_traceback()
        report(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        say("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said on stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(UNEXPECTED) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001 - the last resort; it ends the command
        if debug:
            _say_traceback()
        say(f"error: unexpected {type(error).__name__}: {error}", "error")
        say("  next:  the same command with --debug shows where; please report it")
        raise typer.Exit(UNEXPECTED) from None


def report(error: AnalyticsError) -> None:
    """Print an error of the product's own tree; as JSON it is one line."""
    if says_json():
        facts = {"cause": error.cause, "next": error.advice, "exit_code": error.exit_code}
        say(error.what, "error", facts)
        return
    say(f"error: {error.what}")
    if error.cause:
        say(f"  cause: {error.cause}")
    if error.advice:
        say(f"  next:  {error.advice}")


def _say_traceback() -> None:
    for line in traceback.format_exc().splitlines():
        if line:
            say(line)
