"""What a run changed or would change, on stdout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..projections.declaration import Projection
from ..report.differences import Difference, differences
from ..report.safe import harmless
from ..run.backfill import Outcome
from ..run.backfill_plan import Plan
from ..run.verify import Behind
from ..store.overlay import OverlayStore
from .output import write_json
from .plan_words import cuts_in_words, ranges_in_words

SCHEMA = "sc-analytics.differences/1"
_WORDS: Final = re.compile(r"[^_ -]+[_ -]*|[_ -]+")
_LEAST_ROOM: Final = 12
_GAP: Final = 2


class Changed(NamedTuple):
    """A projection and what became of its dates.

    `plan` and `allowed` tell of those that retention has cut.
    """

    projection: Projection
    outcome: Outcome
    plan: Plan | None = None
    allowed: bool = False


def changes_of(
    plans: Iterable[Plan], outcomes: Mapping[str, Outcome], *, allowed: bool
) -> list[Changed]:
    """What became of each plan; `outcomes` has those that were carried out, by projection."""
    return [
        Changed(each.projection, outcomes.get(each.projection.name, Outcome()), each, allowed)
        for each in plans
    ]


def changed_by(overlay: OverlayStore, projections: Sequence[Projection]) -> list[Changed]:
    """What was written to an overlay."""
    return [
        Changed(
            each,
            Outcome(
                {
                    (after or before or {})["_id"]: (before, after)
                    for before, after in overlay.changed(each.collection())
                }
            ),
        )
        for each in projections
    ]


def print_changes(changed: Sequence[Changed], form: str, behind: Sequence[Behind] = ()) -> None:
    """Date, field, before, after and difference, as a `table` or as `json`.

    As `differing`, what is stored and what the log says, without a word on the
    dates that are as they were. `behind` are records not absorbed yet, for JSON.
    """
    if form == "json":
        _print_json(changed, behind)
    else:
        _print_tables(changed, unchanged=form == "table")


def _rows(changed: Changed) -> list[Difference]:
    return list(differences(changed.projection, changed.outcome.changed.values()))


def _print_json(changed: Sequence[Changed], behind: Iterable[Behind]) -> None:
    content = {
        "schema": SCHEMA,
        "differences": [each._asdict() for one in changed for each in _rows(one)],
        "unchanged": {
            one.projection.name: sorted(one.outcome.unchanged)
            for one in changed
            if one.outcome.unchanged
        },
        "left_alone": {
            one.projection.name: sorted(one.outcome.kept) for one in changed if one.outcome.kept
        },
        "incomplete": [
            {
                "projection": one.projection.name,
                "date": date,
                "partition": cut.partition,
                "first_offset": cut.first,
                "first_recorded_at": one.plan.since.get(cut.partition),
                "skipped": not one.allowed,
            }
            for one in changed
            if one.plan is not None
            for date, cuts in sorted(one.plan.cut.items())
            for cut in cuts
        ],
        "not_absorbed": [each._asdict() for each in behind],
    }
    write_json(content)


def _print_tables(changed: Sequence[Changed], *, unchanged: bool) -> None:
    from .screen import screen

    console = screen()
    if not any(each.outcome.changed or each.outcome.kept for each in changed):
        console.print("nothing differs")
    for one in changed:
        rows = _rows(one)
        if rows:
            headings = ("before", "after") if unchanged else ("stored", "log")
            print_difference_table(console, one.projection.name, rows, headings)
        if unchanged and one.outcome.unchanged:
            dates = ranges_in_words(one.outcome.unchanged)
            console.print(f"{one.projection.name}: unchanged {dates}", highlight=False)
        if one.plan is not None:
            for line in cuts_in_words(one.plan, allowed=one.allowed):
                console.print(line, highlight=False, markup=False)


def print_difference_table(
    console: Any,
    name: str,
    rows: Sequence[Difference],
    headings: tuple[str, str] = ("before", "after"),
) -> None:
    """The rows of one projection; which version folded what is told above them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    heading = "; ".join([name, *_versions(rows)])
    figures = [each for each in rows if each.field != "version"]
    if not figures:
        console.print(Text(heading))
        return
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(heading),
        title_justify="left",
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
    )
    table.add_column("date", no_wrap=True)
    table.add_column("field", no_wrap=True)
    for each in (*headings, "difference"):
        table.add_column(each, justify="right", no_wrap=True)
    rows_of_cells = list(_cells(figures))
    room = _room_for_fields(console.width, headings, rows_of_cells)
    for date, field, *amounts in rows_of_cells:
        cells = (date, "\n".join(pieces(field, room)), *amounts)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    console.print()


def _room_for_fields(
    width: int, headings: Sequence[str], rows: Iterable[tuple[str, str, str, str, str]]
) -> int:
    """The columns that dates and amounts leave for the fields' names."""
    from rich.cells import cell_len

    table = [("date", "", *headings, "difference"), *rows]
    others = [max(cell_len(row[at]) for row in table) for at in (0, 2, 3, 4)]
    return max(_LEAST_ROOM, width - sum(others) - _GAP * len(others))


def pieces(name: str, room: int) -> list[str]:
    """A field's name in lines no longer than `room`, broken where words of it end.

    What is told of a key of a field begins a line of its own.
    """
    from rich.cells import cell_len, chop_cells

    if cell_len(name) <= room:
        return [name]
    head, colon, key = name.partition(": ")
    lines = [""]
    for word in [*_WORDS.findall(head + colon), *_WORDS.findall(key)]:
        if lines[-1].endswith(": ") or cell_len(lines[-1] + word.rstrip()) > room:
            lines.append("")
        lines[-1] += word
    return [chop for line in lines if line for chop in chop_cells(line.rstrip(), room)]


def _versions(rows: Iterable[Difference]) -> list[str]:
    """`version 1 → 2: 2026-10-01 … 2026-10-03`, for each change of version."""
    dates: dict[tuple[Any, Any], list[str]] = {}
    for row in rows:
        if row.field == "version":
            dates.setdefault((row.before, row.after), []).append(row.date)
    return [
        f"version {_shown(before)} → {_shown(after)}: {ranges_in_words(each)}"
        for (before, after), each in dates.items()
    ]


def _cells(rows: Sequence[Difference]) -> Iterator[tuple[str, str, str, str, str]]:
    date = ""
    for row in rows:
        name = row.field if row.key is None else f"{row.field}: {harmless(row.key)}"
        shown = "" if row.date == date else row.date
        date = row.date
        yield shown, name, _shown(row.before), _shown(row.after), _by(row)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, str | bool):
        return "yes" if value is True else harmless(str(value))
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _by(row: Difference) -> str:
    if any(isinstance(each, float | str | bool) for each in (row.before, row.after)):
        return ""
    return f"{(row.after or 0) - (row.before or 0):+,}"
