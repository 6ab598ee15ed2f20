"""Step 5 of the flush, the pure half: a document absorbs deltas.

The invariant lives here: a document is the fold of the distinct events of its
date whose offsets lie in the ranges of its own `source`. Counters and ranges
change in the same value, which the store swaps as a whole.

    source: {"sc.domain.order/0": {"first": 12, "ranges": [[0, 5000]], "amended": [17]}}

`ranges` is what has been absorbed of the partition; `first` is the lowest offset
that added anything, which tells whether retention has cut what a rebuild needs.

An offset that is listed as a dead letter was in reach without being read. Should
a later version be able to read it, the ranges cannot tell whether the document
counts it. So such an offset is absorbed exactly where `amended` has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from ..errors import LimitError
from .delta import Delta, Entry
from .field import CentsBy, Document, Shape
from .ranges import Range, contains, disjoint, union_all

MAX_INT64: Final = 2**63 - 1

Reach = Mapping[str, Sequence[Range]]
"""Partition → ranges in which every record has been read, by this run or before it."""

Unread = Mapping[str, Collection[int]]
"""Partition → offsets that are listed as dead letters."""


def has_absorbed(source: Document, partition: str, offset: int, unread: Unread) -> bool:
    """Whether a document with this `source` has absorbed the offset."""
    known = source.get(partition)
    if known is None:
        return False
    if offset in unread.get(partition, ()):
        return offset in known.get("amended", ())
    return contains(known["ranges"], offset)


def unabsorbed(document: Document, deltas: Mapping[str, Delta], unread: Unread) -> dict[str, Delta]:
    """The part of `deltas` (partition → delta) that the document has not absorbed yet."""
    fresh = {}
    source = document["source"]
    for partition, delta in deltas.items():
        known = source.get(partition)
        if known is not None and not disjoint(known["ranges"], delta.first, delta.last):
            delta = Delta(
                [
                    posting
                    for posting in delta.postings
                    if not has_absorbed(source, partition, posting.offset, unread)
                ]
            )
        if delta.postings:
            fresh[partition] = delta
    return fresh


def absorb(
    shape: Shape,
    document: Document,
    fresh: Mapping[str, Delta],
    reach: Reach,
    unread: Unread,
    now: datetime,
) -> Document:
    """The document with deltas added that it has not absorbed yet (see `unabsorbed`).

    The document given is left as it is. `version` is the lowest that anything in
    it was folded by: only a rebuild makes a document new as a whole. Raises
    LimitError where a counter would outgrow 64 bits.
    """
    document = shape.filled(document)
    grown = dict(document)
    for delta in fresh.values():
        _add(shape, grown, document, delta.entries())
    grown["hours"] = dict(sorted(grown["hours"].items()))
    grown["source"] = dict(document["source"])
    for partition, delta in fresh.items():
        known = document["source"].get(partition)
        source = _grown_source(known, delta, reach[partition])
        grown["source"][partition] = source | _amended(source, delta, unread.get(partition, ()))
    shape.derive(grown)
    _check_size(shape, grown)
    version = min(document.get("version", shape.version), shape.version)
    return grown | {"version": version, "updated_at": now}


def _grown_source(known: Document | None, delta: Delta, reached: Sequence[Range]) -> Document:
    if known is None:
        return {"first": delta.first, "ranges": union_all([], reached)}
    return {
        **known,
        "first": min(known.get("first", delta.first), delta.first),
        "ranges": union_all(known["ranges"], reached),
    }


def _amended(source: Document, delta: Delta, letters: Collection[int]) -> Document:
    """The `amended` offsets of a source together with the letters that the delta counts."""
    counted = {each.offset for each in delta.postings if each.offset in letters} if letters else ()
    return {"amended": sorted({*source.get("amended", ()), *counted})} if counted else {}


def _add(shape: Shape, grown: Document, document: Document, entries: Counter[Entry]) -> None:
    """Add entries to `grown`, copying every part that it still shares with `document`."""
    for (hour, adds), times in entries.items():
        for add in adds:
            amount = add.amount * times
            if isinstance(shape.fields[add.field], CentsBy):
                by_key = _own(grown, document, add.field)
                assert add.key is not None
                _put(by_key, add.key, by_key.get(add.key, 0) + amount)
            else:
                grown[add.field] += amount
                hours = _own(grown, document, "hours")
                of_hour = _own(hours, document["hours"], hour)
                _put(of_hour, add.field, of_hour.get(add.field, 0) + amount)
                if not of_hour:
                    del hours[hour]


def _put(counts: Document, name: str, count: int) -> None:
    """Set a count; one that has come back to 0 is left out."""
    if count:
        counts[name] = count
    else:
        counts.pop(name, None)


def _own(grown: Document, document: Document, name: str) -> Document:
    """The object under `name` of `grown`, copied first where `document` holds the same one."""
    value = grown.get(name)
    if value is None or value is document.get(name):
        value = grown[name] = dict(value or {})
    return value


def _check_size(shape: Shape, document: Document) -> None:
    for name in shape.fields:
        value = document[name]
        if isinstance(value, dict):
            value = max(value.values(), default=0)
        if isinstance(value, int) and abs(value) > MAX_INT64:
            raise LimitError(
                f"{name} of {document['date']} would outgrow 64 bits; nothing of it was stored",
                cause="amounts far beyond money: look for a producer that sends wrong cents",
                advice="sc-analytics report --date " + document["date"],
            )
