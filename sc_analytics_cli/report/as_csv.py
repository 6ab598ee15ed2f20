"""Rows as CSV: one table, the scalar fields only."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from ..fold.field import CentsBy
from ..projections.declaration import Projection
from .rows import Row


def report_csv(projection: Projection, rows: Iterable[Row]) -> str:
    r"""A header row and a row a date: date, then the scalar fields in declared order.

    Cents are integers, rates the shortest text that reads back as the same
    double. Null is an empty cell; a missing date has only its date. Lines end
    in "\n".
    """
    names = [
        name for name, field in projection.shape.fields.items() if not isinstance(field, CentsBy)
    ]
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow(["date", *names])
    for row in rows:
        document = row.document or {}
        writer.writerow([row.date, *(document.get(name) for name in names)])
    return text.getvalue()
