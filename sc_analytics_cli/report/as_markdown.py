"""Reports as Markdown, for a ticket or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from .article import Article, Sheet

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def articles_markdown(articles: Iterable[Article], footer: str) -> str:
    """The articles below each other and a last line; text from events is escaped."""
    parts = [part for each in articles for part in _parts(each)]
    return "\n\n".join([*parts, f"*{_escaped(footer)}*"]) + "\n"


def _parts(article: Article) -> Iterator[str]:
    yield f"## {_escaped(article.title)}"
    if article.trust:
        yield _escaped(article.trust)
    if article.marks:
        yield "\n".join(f"- **{_escaped(mark)}**" for mark in article.marks)
    if article.verdict:
        yield _escaped(article.verdict)
    for sheet in article.sheets:
        yield "\n".join(_table(sheet))
    if article.note:
        yield _escaped(article.note)


def _table(sheet: Sheet) -> Iterator[str]:
    yield _row(sheet.headings)
    yield "|" + "|".join([" :-- ", *(" --: " for _ in sheet.headings[1:])]) + "|"
    for line in sheet.lines:
        cells = [_escaped(cell) for cell in line.cells]
        yield "| " + " | ".join(_bold(cells[:2]) + cells[2:] if line.marked else cells) + " |"
    if sheet.total:
        yield "| " + " | ".join(_bold([_escaped(cell) for cell in sheet.total])) + " |"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _bold(cells: Iterable[str]) -> list[str]:
    return [f"**{cell}**" if cell else "" for cell in cells]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
