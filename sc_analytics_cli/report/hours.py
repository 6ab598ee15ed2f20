"""One date hour by hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from ..fold.field import Document
from ..projections.declaration import Projection
from .elapsed import HOURS, fold_hours, hour_lengths, hours_over
from .rows import Row, Status


def hour_rows(
    projection: Projection, document: Document, now: datetime, zone: tzinfo
) -> Iterator[Row]:
    """A row for each hour that has begun, called `14:00`; the one under way is partial.

    An hour that the clocks leave out has none; one that they repeat has one for both.
    """
    day = date.fromisoformat(document["date"])
    lengths = hour_lengths(day, zone)
    over = hours_over(day, now, zone)
    local = now.astimezone(zone)
    begun = (*over, f"{local.hour:02}") if day == local.date() else over
    counted = document.get("hours", {})
    for hour in HOURS:
        if hour in counted or (hour in begun and lengths[hour]):
            status: Status = "complete" if hour in over else "partial"
            figures = fold_hours(projection.shape, document, [hour])
            yield Row(f"{hour}:00", status, figures)
