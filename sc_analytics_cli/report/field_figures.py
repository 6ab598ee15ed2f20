"""The fields of several rows as text, with their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..fold.field import CentsBy
from ..projections.declaration import Projection
from .figures import figure, heading
from .rows import Row


class FieldFigures(NamedTuple):
    """One field of a report as text: for each row, and over all of them."""

    heading: str
    cells: list[str]
    total: str


def field_figures(
    projection: Projection, rows: Sequence[Row], totals: Mapping[str, Any]
) -> list[FieldFigures]:
    """Every scalar field, in declared order; totals only where there is more than one row."""
    summed = len(rows) > 1 and any(row.document is not None for row in rows)
    return [
        FieldFigures(
            heading(name),
            ["" if row.document is None else figure(field, row.document.get(name)) for row in rows],
            figure(field, totals[name]) if summed else "",
        )
        for name, field in projection.shape.fields.items()
        if not isinstance(field, CentsBy)
    ]
