"""From what was asked for (SPECs) to the spans that are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..errors import UsageError
from ..source.port import Source, Span
from .spec import Spec, resolve

_LINES: Final = "lines/0"


class Wish(NamedTuple):
    """Where to start and, exclusive, where to stop; without a stop, at the end.

    `typed` are the words for both, for messages.
    """

    start: Spec
    stop: Spec | None
    typed: tuple[str, str] | None = None


def wished_spans(source: Source, bounds: Mapping[str, Span], wish: Wish) -> dict[str, Span]:
    """Partition → span, for the partitions that the start speaks of.

    Raises NotThereError for offsets that are not there, UsageError for a stop
    before its start.
    """
    starts = resolve(wish.start, bounds, source.offsets_at)
    stops = {} if wish.stop is None else resolve(wish.stop, bounds, source.offsets_at)
    spans = {}
    for partition, start in starts.items():
        stop = stops.get(partition, bounds[partition][1])
        if stop < start:
            raise _backwards(wish, partition, start, stop)
        spans[partition] = (start, stop)
    return spans


def _backwards(wish: Wish, partition: str, start: int, stop: int) -> UsageError:
    first, last = wish.typed or (str(start), str(stop))
    where = (
        "of the file these are the lines" if partition == _LINES else f"of {partition} these are"
    )
    return UsageError(
        f"--to-offset {last} lies before --from-offset {first}",
        cause=f"{where} {stop} and {start}, and --to-offset is exclusive",
        advice="give a later --to-offset, or leave it out to read to the end",
    )


def chosen_lines(source: Source, line_span: Span, wish: Wish) -> Span:
    """The lines `[first, end)` of a file; line 0, which there is not, may be named as the start."""
    spans = wished_spans(source, {_LINES: (0, line_span[1])}, wish)
    start, end = spans[_LINES]
    return max(start, line_span[0]), end
