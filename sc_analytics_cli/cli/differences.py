"""What a dry run would change, on stdout."""

from __future__ import annotations

from collections.abc import Sequence

from ..projections.declaration import Projection
from ..report.differences import Difference, differences
from ..store.overlay import OverlayStore


def print_differences(overlay: OverlayStore, projections: Sequence[Projection]) -> None:
    """A table of date, field, before, after and difference; or one line where nothing differs."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..report.table import harmless

    console = Console()
    rows = [
        each
        for projection in projections
        for each in differences(projection, overlay.changed(projection.collection()))
    ]
    if not rows:
        console.print("nothing would change")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("projection", "date", "field"):
        table.add_column(heading)
    for heading in ("before", "after", "difference"):
        table.add_column(heading, justify="right")
    for row in rows:
        name = row.field if row.key is None else f"{row.field}: {harmless(row.key)}"
        cells = [row.projection, row.date, name, _shown(row.before), _shown(row.after), _by(row)]
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _by(row: Difference) -> str:
    if isinstance(row.before, float) or isinstance(row.after, float):
        return ""
    return f"{(row.after or 0) - (row.before or 0):+,}"
