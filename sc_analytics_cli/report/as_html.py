"""Reports as one HTML page that needs nothing else: readable on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from .article import Article, Cells, Sheet
from .html_style import STYLE

_LONG: Final = 32
_FEW: Final = 3
"""So many columns fit on a phone; of more, each line becomes a card there."""

_FOLLOWING: Final = ("change", "usually")
"""Headings of figures that belong to the one before them."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def articles_html(articles: Iterable[Article], heading: str, footer: str) -> str:
    """The whole page; every text is escaped, so that an id from an event is only ever text."""
    body = "\n".join(part for each in articles for part in _parts(each))
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(heading)}</title>
<style>
{STYLE}</style>
</head>
<body>
{body}
<p class="faint">{escape(footer)}</p>
</body>
</html>
"""


def _parts(article: Article) -> Iterator[str]:
    yield f"<h1>{_whole_dates(escape(article.title))}</h1>"
    if article.trust:
        yield f'<p class="faint">{escape(article.trust)}</p>'
    if article.marks:
        items = "".join(f"<li>{escape(mark)}</li>" for mark in article.marks)
        yield f'<ul class="marks">{items}</ul>'
    if article.verdict:
        yield f'<p class="faint">{escape(article.verdict)}</p>'
    for sheet in article.sheets:
        kind = ' class="cards"' if len(sheet.headings) > _FEW else ""
        yield f'<div class="sheet"><table{kind}>{"".join(_table(sheet))}</table></div>'
    if article.note:
        yield f'<p class="faint">{escape(article.note)}</p>'


def _whole_dates(title: str) -> str:
    """A title in which no line breaks inside a date."""
    return _DATE.sub(r'<span class="whole">\g<0></span>', title)


def _table(sheet: Sheet) -> Iterator[str]:
    cells = "".join(f'<th scope="col">{escape(each)}</th>' for each in sheet.headings)
    yield f"<thead><tr>{cells}</tr></thead><tbody>"
    for line in sheet.lines:
        yield _line(sheet.headings, line)
    yield "</tbody>"
    if sheet.total:
        yield f"<tfoot>{_line(sheet.headings, Cells(sheet.total))}</tfoot>"


def _line(headings: Sequence[str], line: Cells) -> str:
    label, *figures = line.cells
    shape = ' class="id"' if len(label) > _LONG else ""
    followers = (*headings[2:], "")
    cells = "".join(map(_cell, headings[1:], followers, figures))
    kinds = " ".join(["marked"] * line.marked + ["begins"] * line.begins)
    kind = f' class="{kinds}"' if kinds else ""
    return f'<tr{kind}><th scope="row"{shape}>{escape(label)}{_bar(line.fraction)}</th>{cells}</tr>'


def _cell(heading: str, next_heading: str, text: str) -> str:
    """A figure, with its heading for a phone; there one that is followed begins a line."""
    out = text.startswith(("▲", "▼"))
    spark = bool(text) and set(text) <= set(" ▁▂▃▄▅▆▇█")
    followed = next_heading in _FOLLOWING
    kinds = " ".join(["out"] * out + ["spark"] * spark + ["followed"] * followed)
    kind = f' class="{kinds}"' if kinds else ""
    return f'<td{kind} data-of="{escape(heading)}">{escape(text)}</td>'


def _bar(fraction: float | None) -> str:
    if fraction is None:
        return ""
    return f'<div class="bar" style="width:{min(max(fraction, 0.0), 1.0) * 100:.1f}%"></div>'
