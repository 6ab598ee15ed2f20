"""How a line could go on: answers to the shell that asks at each Tab.

A shell shows its line, not our errors: while it asks, nothing is said on stderr,
and a store that does not answer within a second has nothing to offer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import replace
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Final

import typer

from ..errors import AnalyticsError
from .shell_answers import ASKED, answer_for

if TYPE_CHECKING:
    from ..store.port import Store

_COMPLETE: Final = "complete_"
_SECONDS: Final = 1.0
_MOST: Final = 500
"""More than this nobody reads; a store may hold many more."""

_RELATIVE_DATES: Final = ("today", "yesterday")


def completes() -> bool:
    """Whether this process was started by a shell at a Tab."""
    return os.environ.get(ASKED, "").startswith(_COMPLETE)


@contextmanager
def answering_a_shell() -> Iterator[None]:
    """Silence on stderr; on stdout what is offered, as the shell that asks takes it."""
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    answer = answer_for(os.environ[ASKED].removeprefix(_COMPLETE))
    if answer is None:
        yield
        return
    with redirect_stdout(StringIO()) as offered:
        try:
            yield
        finally:
            print(answer(offered.getvalue().splitlines()), end="", file=sys.__stdout__)


def projection_names(incomplete: str) -> list[str]:
    """Their names, and `all`."""
    from ..projections.catalog import all_projections

    return [*(each.name for each in all_projections()), "all"]


def report_names(incomplete: str) -> list[str]:
    """The names of reports, and `all`."""
    from ..projections.catalog import all_projections

    return [*(each.report for each in all_projections()), "all"]


def dates_with_data(context: typer.Context, incomplete: str) -> list[str]:
    """The dates that have a document, the latest first; behind A.. those that may end the range."""
    first, range_, start = incomplete.rpartition("..")

    def documents(store: Store) -> Iterable[str]:
        from ..projections.catalog import all_projections
        from ..store.port import LAST

        found = {
            each["_id"]
            for projection in all_projections()
            for each in store.scan(projection.collection(), start, start + LAST, ())
        }
        return sorted(found, reverse=True)

    return [first + range_ + each for each in (*_asked(context, documents), *_RELATIVE_DATES)]


def run_ids(context: typer.Context, incomplete: str) -> list[str]:
    """The ids of the records of runs."""
    from ..store.port import RUNS

    return _asked(context, _ids(RUNS, incomplete))


def dead_letter_ids(context: typer.Context, incomplete: str) -> list[str]:
    """The ids of dead letters."""
    from ..store.port import DEAD_LETTERS

    return _asked(context, _ids(DEAD_LETTERS, incomplete))


def _ids(kind: str, start: str) -> Callable[[Store], Iterable[str]]:
    from ..store.port import LAST

    return lambda store: (each["_id"] for each in store.scan(kind, start, start + LAST, ()))


def _asked(context: typer.Context, ask: Callable[[Store], Iterable[str]]) -> list[str]:
    """What the store of this line answers; nothing where it does not within a second."""
    from .. import bootstrap
    from .options import configured

    try:
        settings = configured(context, context.params).settings
        hurried = replace(settings, timeout=min(settings.timeout, _SECONDS))
        with closing(bootstrap.open_store_to_read(hurried)) as store:
            return list(islice(ask(store), _MOST))
    except AnalyticsError:
        return []
