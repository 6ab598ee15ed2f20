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

if TYPE_CHECKING:
    from ..store.port import Store

_ASKED: Final = "_SC_ANALYTICS_COMPLETE"
_WORDS, _WORD_NUMBER = "COMP_WORDS", "COMP_CWORD"
_SECONDS: Final = 1.0
_MOST: Final = 500
"""More than this nobody reads; a store may hold many more."""

_RELATIVE_DATES: Final = ("today", "yesterday")


def completes() -> bool:
    """Whether this process was started by a shell at a Tab."""
    return os.environ.get(_ASKED, "").startswith("complete_")


@contextmanager
def answering_a_shell() -> Iterator[None]:
    """Silence on stderr, and for bash, words as they were typed."""
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    if os.environ[_ASKED] != "complete_bash":
        yield
        return
    cut = _whole_words()
    with redirect_stdout(StringIO()) as answered:
        try:
            yield
        finally:
            for each in answered.getvalue().splitlines():
                print(each[cut:], file=sys.__stdout__)


def _whole_words() -> int:
    """Put together what bash took apart at `:` and `=` (COMP_WORDBREAKS).

    Returns how much of the last word bash keeps as it is: up to its last `:`.
    """
    line, number = os.environ[_WORDS], int(os.environ[_WORD_NUMBER])
    # The script that is installed puts a line break between words; others, a space.
    parts = line.split("\n" if "\n" in line else " ")
    parts += [""] * (number + 1 - len(parts))
    words: list[str] = []
    glued = False
    for part in parts[: number + 1]:
        breaks = part in (":", "=")
        if words and (glued or breaks):
            words[-1] += part
        else:
            words.append(part)
        glued = breaks
    os.environ[_WORDS] = "\n".join(words)
    os.environ[_WORD_NUMBER] = str(len(words) - 1)
    value = words[-1].rpartition("=")[2]
    return len(value) - len(value.rpartition(":")[2])


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
