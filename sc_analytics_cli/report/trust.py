"""How far the figures of a date can be trusted, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ..fold.field import Document
from .judged import Judged
from .rows import Status

_QUIET: Final = timedelta(minutes=5)
"""After so long without a flush one may ask whether the consumer runs."""

BEHIND: Final = "the consumer may be behind: sc-analytics status"


class Trust(NamedTuple):
    """What else is known of how far figures can be trusted."""

    status: Status
    flushed_at: datetime | None
    """When the projection last absorbed anything, whatever its date."""

    dead_letters: int
    """How many are open, whatever their date."""


class Remark(NamedTuple):
    """A part of how far figures can be trusted; `doubtful` where it speaks against them."""

    words: str
    doubtful: bool


def remarks(judged: Judged, trust: Trust) -> Iterator[Remark]:
    """Whether the date is whole, how fresh it is, what could not be read, and who folded it."""
    document = judged.documents.get(judged.day.isoformat())
    yield _status(judged, document, trust)
    if not judged.over:
        ago = None if trust.flushed_at is None else judged.now - trust.flushed_at
        words = "never flushed" if ago is None else f"last flush {_age(ago)} ago"
        yield Remark(words, ago is None or ago > _QUIET)
        if ago is not None and ago <= _QUIET and _lags(judged, document):
            yield Remark(BEHIND, doubtful=True)
    letters = f"{trust.dead_letters:,} dead letter{'' if trust.dead_letters == 1 else 's'}"
    yield Remark(letters if trust.dead_letters else "no dead letters", trust.dead_letters > 0)
    if document is not None and "version" in document:
        version, current = document["version"], judged.projection.shape.version
        now = "" if version == current else f", now at {current}"
        yield Remark(f"folded by version {version}{now}", version != current)


def _status(judged: Judged, document: Document | None, trust: Trust) -> Remark:
    match trust.status:
        case "complete":
            return Remark("complete", doubtful=False)
        case "missing":
            return Remark("missing: nothing of this date was counted", doubtful=True)
    if judged.over:
        return Remark("partial: marked as incomplete", doubtful=True)
    written = None if document is None else document.get("updated_at")
    known = [each for each in (written, trust.flushed_at) if each is not None]
    until = f": until {max(known).astimezone(judged.zone):%H:%M}" if known else ""
    return Remark(f"partial{until}", doubtful=True)


def _lags(judged: Judged, document: Document | None) -> bool:
    """Whether what was flushed just now is older than an hour, as nothing of this hour came."""
    local = judged.now.astimezone(judged.zone)
    if local.date() != judged.day:
        return False
    if document is None:
        return timedelta(hours=local.hour, minutes=local.minute) > _QUIET
    return int(max(document.get("hours", {}), default="-1")) + 2 <= local.hour


def _age(ago: timedelta) -> str:
    seconds = max(0, int(ago.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
