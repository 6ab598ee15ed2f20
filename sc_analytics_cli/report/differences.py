"""What a run would change: documents before and after, field by field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from ..fold.field import CentsBy, Document
from ..projections.declaration import Projection


class Difference(NamedTuple):
    """One field of one date.

    `key` is set for an entry of a map field, and for `hours`: hour and field.
    """

    projection: str
    date: str
    field: str
    key: str | None
    before: Any
    after: Any


Change = tuple[str, str | None, Any, Any]
"""Field, key, before and after."""


def differences(
    projection: Projection, changed: Iterable[tuple[Document | None, Document | None]]
) -> Iterator[Difference]:
    """Everything that differs, in the order of dates and fields; at least one for each pair.

    `changed` are pairs (before, after); None stands for no document. Hours are
    told where the day's own figure stays the same. Where nothing that is told of a
    document differs, its being there is.
    """
    for before, after in changed:
        date = (after or before or {})["_id"]
        found = list(_fields(projection, before or {}, after or {}))
        found += _hours(before or {}, after or {}, {name for name, *_ in found})
        if before is not None and after is not None:
            found += _entries(before, after, ("version", "incomplete"))
        for change in found or [("document", None, _there(before), _there(after))]:
            yield Difference(projection.name, date, *change)


def _fields(projection: Projection, before: Document, after: Document) -> Iterator[Change]:
    for name, field in projection.shape.fields.items():
        if isinstance(field, CentsBy):
            was, now = before.get(name) or {}, after.get(name) or {}
            for key in sorted({*was, *now}):
                if was.get(key) != now.get(key):
                    yield name, key, was.get(key), now.get(key)
        else:
            yield from _entries(before, after, [name])


def _hours(before: Document, after: Document, told: Collection[str]) -> Iterator[Change]:
    was, now = before.get("hours") or {}, after.get("hours") or {}
    for hour in sorted({*was, *now}):
        old, new = was.get(hour, {}), now.get(hour, {})
        names = [name for name in sorted({*old, *new}) if name not in told]
        for name, _, one, other in _entries(old, new, names):
            yield "hours", f"{hour} {name}", one, other


def _entries(before: Document, after: Document, names: Iterable[str]) -> Iterator[Change]:
    for name in names:
        if before.get(name) != after.get(name):
            yield name, None, before.get(name), after.get(name)


def _there(document: Document | None) -> str | None:
    return None if document is None else "stored"
