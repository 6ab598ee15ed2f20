"""Records of one partition, read by one projection's own functions."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from ..decode.moment import Calendar
from ..decode.reader import read
from ..decode.reading import EffectReader, FunctionFailed, Reading
from ..errors import DeclarationError
from ..event import Coordinate, Record
from ..projections.declaration import Projection


def reading_of(
    projection: Projection,
    partition: str,
    records: Sequence[Record],
    readers: Mapping[str, EffectReader],
    calendar: Calendar,
    dates: Container[str] | None = None,
) -> Reading:
    """See `read`; raises DeclarationError where a function of the projection has failed."""
    try:
        return read(records, readers, calendar, dates)
    except FunctionFailed as failed:
        at = Coordinate(partition, failed.offset)
        error = failed.error
        raise DeclarationError(
            f"{projection.name}: {failed.function} failed at {at}: {type(error).__name__}: {error}",
            cause="that function cannot take what the record holds; the record is not absorbed",
            advice="mend it, then type the command again; let it raise Rejected for what shall be "
            "a dead letter",
        ) from error
