"""What a source checks before it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..errors import NotThereError
from .port import Span


def filled_within(
    spans: Mapping[str, Span], bounds: Callable[[Iterable[str]], Mapping[str, Span]]
) -> dict[str, Span]:
    """The spans that hold an offset.

    Raises NotThereError for one that leaves the bounds of its partition: its
    end would never come.
    """
    wanted = {name: span for name, span in spans.items() if span[0] < span[1]}
    known = bounds(wanted)
    for name, (start, end) in wanted.items():
        first, last = known[name]
        if start < first or end > last:
            raise NotThereError(
                f"{name} holds the offsets {first} to {last}, not {start} to {end}",
                cause="retention has deleted some, or they were never there",
            )
    return wanted
