"""Documents to the rows of a report, and the totals over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from ..fold.field import CentsBy, Derived, Document, operands
from ..projections.declaration import Projection

Status = Literal["complete", "partial", "missing"]


class Row(NamedTuple):
    """One date (YYYY-MM-DD) of a report; `document` is None exactly where it is missing."""

    date: str
    status: Status
    document: Document | None


def build_rows(
    dates: Sequence[str], documents: Mapping[str, Document], *, today: date
) -> list[Row]:
    """One row for each date, in the order given; `documents` is by date.

    A row is partial where its date is not over (`today` is the date in the
    reporting zone) or its document is marked incomplete, missing where there is
    no document.
    """
    rows = []
    for day in dates:
        document = documents.get(day)
        rows.append(Row(day, _status(day, document, today), document))
    return rows


def _status(day: str, document: Document | None, today: date) -> Status:
    if document is None:
        return "missing"
    if day >= today.isoformat() or document.get("incomplete"):
        return "partial"
    return "complete"


def totals(projection: Projection, rows: Iterable[Row]) -> Mapping[str, Any]:
    """Every field of the projection over all rows that have a document, in declared order.

    Counters and cents are summed, maps by key; derived fields follow from those
    sums, so a rate is a ratio of sums and never a mean of rates. Without any
    document the sums are 0 and the rates None; of a field that none of them has, None.
    """
    documents = [row.document for row in rows if row.document is not None]
    sums: Document = {}
    for name, field in projection.shape.fields.items():
        # A document of an older version may lack a field that was declared since.
        values = [document[name] for document in documents if name in document]
        if isinstance(field, CentsBy):
            sums[name] = _by_key(values)
        elif isinstance(field, Derived):
            sums[name] = _derived(field, documents)
        else:
            known = [value for value in values if value is not None]
            sums[name] = sum(known) if known or not documents else None
    return sums


def _derived(field: Derived, documents: Sequence[Document]) -> Any:
    """From the sums over those documents that have all of what it follows from."""
    names = operands(field)
    whole = [each for each in documents if all(each.get(name) is not None for name in names)]
    if documents and not whole:
        return None
    return field.of({name: sum(each[name] for each in whole) for name in names})


def _by_key(maps: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for each in maps:
        sums.update(each)
    return dict(sums)
