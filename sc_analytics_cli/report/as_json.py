"""Rows as JSON, schema `sc-analytics.report/1`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from ..projections.declaration import Projection
from .rows import Row
from .safe import harmless_json

SCHEMA: Final = "sc-analytics.report/1"

_OPTIONS: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def report_json(
    reports: Mapping[str, Sequence[Row]],
    projections: Iterable[Projection],
    *,
    timezone: str,
    generated_at: datetime,
) -> bytes:
    """One JSON document and a newline, in UTF-8.

    `reports` holds the rows by report name, each the report of one of the
    `projections`. A row is date, status and the document's fields in declared
    order, then hours, version and updated_at; a missing date has the first two
    only. Cents are integers, rates doubles or null, instants RFC 3339 in UTC
    with milliseconds. Both datetimes must be aware.
    """
    by_report = {projection.report: projection for projection in projections}
    content = orjson.dumps(
        {
            "schema": SCHEMA,
            "timezone": timezone,
            "generated_at": _instant(generated_at),
            "reports": {
                name: [_row(by_report[name], row) for row in rows] for name, rows in reports.items()
            },
        },
        option=_OPTIONS,
    )
    return harmless_json(content)


def _row(projection: Projection, row: Row) -> dict[str, Any]:
    fields: dict[str, Any] = {"date": row.date, "status": row.status}
    if row.document is None:
        return fields
    for name in (*projection.shape.fields, "hours", "version", "updated_at"):
        if name in row.document:
            value = row.document[name]
            fields[name] = _instant(value) if isinstance(value, datetime) else value
    return fields


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
