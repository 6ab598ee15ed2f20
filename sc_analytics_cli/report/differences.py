"""What a run would change: documents before and after, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..fold.field import CentsBy, Document
from ..projections.declaration import Projection


class Difference(NamedTuple):
    """One field of one date; `key` is set for an entry of a map field."""

    projection: str
    date: str
    field: str
    key: str | None
    before: Any
    after: Any


def differences(
    projection: Projection, changed: Iterable[tuple[Document | None, Document | None]]
) -> Iterator[Difference]:
    """Every field that differs, in the order of dates and fields.

    `changed` are pairs (before, after); None stands for no document.
    """
    for before, after in changed:
        date = (after or before or {})["date"]
        old, new = before or {}, after or {}
        for name, field in projection.shape.fields.items():
            if isinstance(field, CentsBy):
                was, now = old.get(name, {}), new.get(name, {})
                for key in sorted({*was, *now}):
                    if was.get(key) != now.get(key):
                        yield Difference(
                            projection.name, date, name, key, was.get(key), now.get(key)
                        )
            elif old.get(name) != new.get(name):
                yield Difference(projection.name, date, name, None, old.get(name), new.get(name))
