"""How the HTML page of reports looks: light and dark, on a wide screen and on a phone."""

from __future__ import annotations

from typing import Final

STYLE: Final = """\
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --faint: #59636e;
  --line: #d8dee4; --bar: #2f6fdb; --alarm: #b3261e; --alarm-back: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --text: #e6e9ed;
  --faint: #9aa4af; --line: #2d343c; --bar: #6ea0ff; --alarm: #ff8a80; --alarm-back: #3a1c1a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 80rem; background: var(--back);
  color: var(--text); font: 16px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.25rem; margin: 1.5rem 0 .25rem; }
h1 .whole { white-space: nowrap; }
p { margin: .25rem 0; }
.faint { color: var(--faint); font-size: .9rem; }
.marks { margin: .75rem 0; padding: .6rem .8rem; list-style: none; border-radius: .4rem;
  border-left: .3rem solid var(--alarm); background: var(--alarm-back); font-weight: 600; }
.sheet { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; min-width: 60%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
thead th { white-space: normal; color: var(--faint); font-size: .8rem; font-weight: 500;
  vertical-align: bottom; }
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
@media (max-width: 36rem) {
  body { font-size: 15px; padding: .75rem; }
  th, td { padding: .3rem .4rem; }
  table { width: 100%; }
  .cards, .cards tbody, .cards tfoot { display: block; }
  .cards thead { display: none; }
  .cards tr { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1rem;
    padding: .35rem 0; border-bottom: 1px solid var(--line); }
  .cards tr.begins { border-top: .3rem solid var(--line); }
  .cards th, .cards td, .cards tr.begins th, .cards tr.begins td { padding: 0; border: 0; }
  .cards th { position: static; grid-column: 1 / -1; white-space: normal; font-weight: 650; }
  .cards td { display: flex; justify-content: space-between; align-items: baseline;
    column-gap: .5rem; font-size: .9rem; }
  .cards tbody td:nth-child(2) { font-weight: inherit; }
  .cards .bar { margin: .2rem 0 .35rem; }
  .cards td::before { content: attr(data-of); color: var(--faint); font-size: .8rem;
    font-weight: 400; letter-spacing: 0; text-align: left; white-space: normal; }
  .cards td:empty::before { content: none; }
  .cards td.followed { grid-column: 1; }
  .cards td.spark { grid-column: 1 / -1; align-items: center; }
  .cards th:has(+ td[data-of=""]) { grid-area: 1 / 1 / 2 / -1; padding-right: 8rem; }
  .cards tbody td[data-of=""] { grid-area: 1 / 2; justify-content: flex-end; font-size: 1rem;
    font-weight: 650; }
}
"""
