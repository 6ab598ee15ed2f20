"""`report --check`: only what is out of the ordinary, for cron and alerting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import typer

from ..report.mark_words import signed_words
from ..report.marks import Mark
from ..report.ordinary import LEAST_DAYS
from ..report.page import Page
from .output import write_json
from .screen import screen
from .voice import say

SCHEMA = "sc-analytics.check/1"
OUT_OF_THE_ORDINARY = 8


def check(pages: Sequence[Page], *, as_json: bool) -> None:
    """Print the marks of the pages; exit 8 if there is any, and say nothing if there is none.

    A date that cannot be judged is named on stderr: silence would be taken for
    a good answer.
    """
    found = [mark for page in pages for mark in page.marks()]
    for line in _unjudged(pages):
        say(line)
    if as_json:
        write_json(_content(pages, found))
    elif found:
        _print(found)
    if found:
        raise typer.Exit(OUT_OF_THE_ORDINARY)


def _unjudged(pages: Sequence[Page]) -> Iterator[str]:
    for page in pages:
        for judged in page.judged:
            if not judged.enough:
                days, projection = len(judged.history), page.known.projection
                have = "1 day before it has" if days == 1 else f"{days} days before it have"
                yield (
                    f"{projection.report} {judged.day} is not judged: {have} figures, "
                    f"{LEAST_DAYS} are needed; wait for them, or read an archive: "
                    f"sc-analytics replay {projection.name} --source FILE"
                )


def _print(found: Sequence[Mark]) -> None:
    from rich.text import Text

    from ..report.mark_lines import BROKEN

    console = screen()
    for mark in found:
        words = Text.assemble(f"{mark.report} {mark.date}: ", (signed_words(mark), BROKEN))
        console.print(words, soft_wrap=True)


def _content(pages: Sequence[Page], found: Sequence[Mark]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "timezone": str(pages[0].zone),
        "generated_at": pages[0].now,
        "judged": [
            {
                "report": page.known.projection.report,
                "date": judged.day.isoformat(),
                "days_of_history": len(judged.history),
                "enough": judged.enough,
            }
            for page in pages
            for judged in page.judged
        ],
        "marks": [
            {
                "report": mark.report,
                "date": mark.date,
                "field": mark.name,
                "value": mark.value,
                "usually": [mark.low, mark.high],
                "hours": list(mark.hours),
                "words": mark.words,
            }
            for mark in found
        ],
    }
