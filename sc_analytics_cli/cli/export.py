"""`report --export FILE`: a report as a file for those who were not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import UsageError
from ..report.page import Page
from .voice import say

if TYPE_CHECKING:
    from ..report.article import Article

Written = Callable[[Sequence[Page]], bytes]


def export(path: Path, pages: Sequence[Page], *, hours: bool) -> None:
    """Write the pages in the form that the file's name ends in: the whole file, or nothing.

    Raises UsageError where it cannot be written.
    """
    content = _writer(path, hours=hours)(pages)
    try:
        _replace(path, content)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}",
            advice="--export with a file in a folder of your own",
        ) from None
    say(f"wrote {path}")


def check_export(path: Path, reports: int, *, hours: bool) -> None:
    """Raise UsageError for a file whose form cannot be told, or cannot hold what is asked for."""
    form = path.suffix.lower()
    if form not in _FORMS:
        raise UsageError(
            f"--export {path}: the form of a file is told by how its name ends",
            cause="it may end in " + ", ".join(_FORMS),
            advice="--export report.html",
        )
    if form == ".csv" and reports > 1:
        raise UsageError(
            "a CSV file holds one report", advice="sc-analytics report funnel --export funnel.csv"
        )
    if hours and form in (".csv", ".json"):
        raise UsageError(
            f"--hours is no part of a {form} file",
            cause="JSON has the hours of every date without it; CSV is a row a date",
            advice="--export report.html --hours",
        )


def _writer(path: Path, *, hours: bool) -> Written:
    write = _FORMS[path.suffix.lower()]
    return lambda pages: write(pages, hours)


def _svg(pages: Sequence[Page], hours: bool) -> bytes:
    from ..report.as_svg import screens_svg

    screens = [page.hours_screen() if hours else page.screen() for page in pages]
    return screens_svg(screens, _heading(pages)).encode()


def _html(pages: Sequence[Page], hours: bool) -> bytes:
    from ..report.as_html import articles_html

    return articles_html(_articles(pages, hours), _heading(pages), _footer(pages)).encode()


def _markdown(pages: Sequence[Page], hours: bool) -> bytes:
    from ..report.as_markdown import articles_markdown

    return articles_markdown(_articles(pages, hours), _footer(pages)).encode()


def _csv(pages: Sequence[Page], hours: bool) -> bytes:
    from ..report.as_csv import report_csv

    (page,) = pages
    return report_csv(page.known.projection, page.rows).encode()


def _json(pages: Sequence[Page], hours: bool) -> bytes:
    from ..report.as_json import report_json

    return report_json(
        {page.known.projection.report: page.rows for page in pages},
        [page.known.projection for page in pages],
        timezone=str(pages[0].zone),
        generated_at=pages[0].now,
    )


_FORMS: Final[dict[str, Callable[[Sequence[Page], bool], bytes]]] = {
    ".svg": _svg,
    ".html": _html,
    ".md": _markdown,
    ".csv": _csv,
    ".json": _json,
}


def _articles(pages: Sequence[Page], hours: bool) -> list[Article]:
    from ..report.article import article, hours_articles

    if hours:
        return [each for page in pages for each in hours_articles(page)]
    return [article(page) for page in pages]


def _heading(pages: Sequence[Page]) -> str:
    return "sc-analytics report " + " ".join(page.known.projection.report for page in pages)


def _footer(pages: Sequence[Page]) -> str:
    now = pages[0].now.astimezone(pages[0].zone)
    return f"sc-analytics, as of {now:%Y-%m-%d %H:%M:%S} {pages[0].zone}"


def _replace(path: Path, content: bytes) -> None:
    """Readers see the old file or the new one, whole; what a file may be read by stays as usual."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
