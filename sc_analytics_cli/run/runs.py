"""Records of what was done to the documents by hand: who, when, what, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from .. import __version__
from ..fold.field import Document
from ..store.port import RUNS, Store

UNFINISHED: Final = "unfinished"
DONE: Final = "done"
_KEPT_CHANGES: Final = 5_000


def start(
    store: Store, command: str, who: str, dates: Mapping[str, Sequence[str]], now: datetime
) -> Document:
    """Store the record of a run before it does anything; one that is killed stays `unfinished`.

    `dates` are those of each projection; `who` is USER@HOST.
    """
    record: Document = {
        "_id": f"{now:%Y%m%dT%H%M%S}-{token_hex(3)}",
        "command": command,
        "who": who,
        "code_version": __version__,
        "dates": {name: list(each) for name, each in dates.items()},
        "started_at": now,
        "status": UNFINISHED,
    }
    revs = store.swap(RUNS, [record])
    return record | {"rev": revs[record["_id"]]}


def end(
    store: Store,
    record: Document,
    status: str,
    events: int,
    changes: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Complete the record: events read, and every field changed with before and after."""
    store.swap(
        RUNS,
        [
            record
            | {
                "status": status,
                "ended_at": now,
                "events_read": events,
                "changes": [dict(each) for each in changes[:_KEPT_CHANGES]],
                "changes_left_out": max(0, len(changes) - _KEPT_CHANGES),
            }
        ],
    )


def left_unfinished(records: Iterable[Document]) -> list[str]:
    """The ids of runs that were killed, and of whose dates later runs have not done every one."""
    redone: set[tuple[str, str]] = set()
    left = []
    for record in sorted(records, key=lambda each: each["started_at"], reverse=True):
        dates = {(name, date) for name, each in record["dates"].items() for date in each}
        if record["status"] == DONE:
            redone |= dates
        elif record["status"] == UNFINISHED and not (dates and dates <= redone):
            left.append(record["_id"])
    return left[::-1]
