"""Reports as one HTML page that needs nothing else: readable on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from .article import Article, Cells, Sheet

_STYLE: Final = """\
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --faint: #59636e;
  --line: #d8dee4; --bar: #2f6fdb; --alarm: #b3261e; --alarm-back: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --text: #e6e9ed;
  --faint: #9aa4af; --line: #2d343c; --bar: #6ea0ff; --alarm: #ff8a80; --alarm-back: #3a1c1a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--back);
  color: var(--text); font: 16px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.25rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0; }
.faint { color: var(--faint); font-size: .9rem; }
.marks { margin: .75rem 0; padding: .6rem .8rem; list-style: none; border-radius: .4rem;
  border-left: .3rem solid var(--alarm); background: var(--alarm-back); font-weight: 600; }
.sheet { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; min-width: 60%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
thead th { color: var(--faint); font-size: .8rem; font-weight: 500; vertical-align: bottom; }
th:first-child { position: sticky; left: 0; text-align: left; background: var(--back);
  font-weight: 500; }
th.id { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
td:nth-child(2) { font-weight: 650; }
tfoot th, tfoot td, tr.marked th, tr.marked td:nth-child(2) { font-weight: 700; }
tr.marked th, tr.marked td:nth-child(2) { color: var(--alarm); }
td.out { color: var(--alarm); font-weight: 700; }
td.spark { letter-spacing: -.05em; color: var(--bar); }
.bar { height: .3rem; margin-top: .15rem; border-radius: .15rem; background: var(--bar); }
tr.begins th, tr.begins td { border-top: .6rem solid transparent; }
tr.marked .bar { background: var(--alarm); }
@media (max-width: 36rem) { body { font-size: 15px; padding: .75rem; }
  th, td { padding: .3rem .4rem; } table { min-width: 100%; } }
"""


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
{_STYLE}</style>
</head>
<body>
{body}
<p class="faint">{escape(footer)}</p>
</body>
</html>
"""


def _parts(article: Article) -> Iterator[str]:
    yield f"<h1>{escape(article.title)}</h1>"
    if article.trust:
        yield f'<p class="faint">{escape(article.trust)}</p>'
    if article.marks:
        items = "".join(f"<li>{escape(mark)}</li>" for mark in article.marks)
        yield f'<ul class="marks">{items}</ul>'
    if article.verdict:
        yield f'<p class="faint">{escape(article.verdict)}</p>'
    for sheet in article.sheets:
        yield f'<div class="sheet"><table>{"".join(_table(sheet))}</table></div>'
    if article.note:
        yield f'<p class="faint">{escape(article.note)}</p>'


def _table(sheet: Sheet) -> Iterator[str]:
    cells = "".join(f'<th scope="col">{escape(each)}</th>' for each in sheet.headings)
    yield f"<thead><tr>{cells}</tr></thead><tbody>"
    for line in sheet.lines:
        yield _line(line)
    yield "</tbody>"
    if sheet.total:
        first, *rest = (escape(each) for each in sheet.total)
        totals = "".join(f"<td>{each}</td>" for each in rest)
        yield f'<tfoot><tr><th scope="row">{first}</th>{totals}</tr></tfoot>'


def _line(line: Cells) -> str:
    label, *figures = (escape(each) for each in line.cells)
    shape = ' class="id"' if len(label) > _LONG else ""
    cells = "".join(_cell(each) for each in figures)
    kinds = " ".join(["marked"] * line.marked + ["begins"] * line.begins)
    kind = f' class="{kinds}"' if kinds else ""
    return f'<tr{kind}><th scope="row"{shape}>{label}{_bar(line.fraction)}</th>{cells}</tr>'


_LONG: Final = 32


def _cell(text: str) -> str:
    if text.startswith(("▲", "▼")):
        return f'<td class="out">{text}</td>'
    kind = ' class="spark"' if text and set(text) <= set(" ▁▂▃▄▅▆▇█") else ""
    return f"<td{kind}>{text}</td>"


def _bar(fraction: float | None) -> str:
    if fraction is None:
        return ""
    return f'<div class="bar" style="width:{min(max(fraction, 0.0), 1.0) * 100:.1f}%"></div>'
