"""Journals of orders after the first scan of a backfill: entries that nothing stands for any more.

What was posted before a journal was mended may be wrong. Then these entries are
taken out, and the range is read once more with journals that say what the log says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from ..event import Coordinate
from ..fold import journal
from ..fold.field import Document
from ..store.port import Store
from .backfill_plan import Plan
from .backfill_scan import Scanned
from .coordinates import CoordinateSet

_JOURNALS_AT_ONCE = 1_000


def another_pass_needed(plan: Plan, scanned: Sequence[Scanned]) -> bool:
    """Whether any journal was mended or has to be, or the logic has a new version.

    An order none of whose records gives a fact any more is not met by the scan;
    it is noticed by the new dead letter that one of them has become.
    """
    if plan.projection.bookkeeper() is None:
        return False
    version = plan.projection.shape.version
    if any(each["version"] != version for each in plan.before.values()):
        return True
    if any(each.mended or each.unreadable for each in scanned):
        return True
    found, recorded = _all(each.facts for each in scanned), _all(each.recorded for each in scanned)
    gone = _Gone(plan, scanned)
    return any(at not in gone for at in recorded.without(found))


def take_out(plan: Plan, store: Store, scanned: Sequence[Scanned]) -> None:
    """Take out of all journals the entries inside the plan's spans that the log has not."""
    found = _all(each.facts for each in scanned)
    entered = {at: order for each in scanned for at, order in each.entered.items()}

    gone = _Gone(plan, scanned)
    unreadable = {at for each in scanned for at in each.unreadable}

    def stands(order: str, entry: journal.Entry) -> bool:
        at = Coordinate.of(entry["at"])
        start, end = plan.spans.get(at.partition, (0, 0))
        if not start <= at.offset < end or at in gone:
            return True
        # A date that may be left alone counts still what cannot be read any more.
        if at in unreadable and entry["date"] in plan.guarded:
            return True
        return at in found and entered.get(at, order) == order

    def mended(document: Document) -> Document | None:
        kept = [entry for entry in document["facts"] if stands(document["_id"], entry)]
        return None if len(kept) == len(document["facts"]) else document | {"facts": kept}

    kind = plan.projection.journals()
    journals = store.scan(kind)
    while some := list(islice(journals, _JOURNALS_AT_ONCE)):
        wrong = [each["_id"] for each in some if mended(each)]
        while wrong:
            stored = store.load(kind, wrong)
            changed = [new for each in stored.values() if (new := mended(each))]
            written = store.swap(kind, changed)
            wrong = [each["_id"] for each in changed if each["_id"] not in written]


class _Gone:
    """Where records were once that a compacted log has dropped: they said what they said."""

    def __init__(self, plan: Plan, scanned: Iterable[Scanned]) -> None:
        self._sparse = plan.sparse
        self._met = _all(each.met for each in scanned)

    def __contains__(self, at: Coordinate) -> bool:
        return at.partition in self._sparse and at not in self._met


def _all(parts: Iterable[CoordinateSet]) -> CoordinateSet:
    whole = CoordinateSet()
    for each in parts:
        whole.update(each)
    return whole
