"""Checkpoints: what a projection has absorbed of each partition, whatever the dates.

    {"_id": "order-funnel:sc.domain.order/0", "projection": "order-funnel",
     "partition": "sc.domain.order/0", "ranges": [[0, 5000]], "next": 5000,
     "topic_id": "…", "gaps": [[1200, 1300]], "dead_in_a_row": 0, "updated_at": …}

Everything in `ranges` is in the documents. Live reading goes on at `next`. `gaps`
are the ranges that retention deleted unread and that somebody accepted as lost;
`topic_id` is the topic's identity, as far as the log knows one; `dead_in_a_row`:
see run/row.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ..fold.document import Reach
from ..fold.field import Document
from ..fold.ranges import Range, union, union_all
from ..store.port import CHECKPOINTS, LAST, Store


def checkpoint_id(projection: str, partition: str) -> str:
    """The `_id` of a checkpoint."""
    return f"{projection}:{partition}"


class Checkpoints:
    """The checkpoints of one projection; keeps what it last saw, so a move is one round trip."""

    def __init__(self, store: Store, projection: str) -> None:
        self._store = store
        self._projection = projection
        self._known: dict[str, Document] = {}
        self._topic_ids: dict[str, str] = {}

    def load(self, partitions: Collection[str]) -> dict[str, Document]:
        """The stored checkpoints of these partitions, by partition; those that exist."""
        ids = [checkpoint_id(self._projection, partition) for partition in partitions]
        loaded = self._store.load(CHECKPOINTS, ids).values()
        self._known |= {document["partition"]: document for document in loaded}
        return {document["partition"]: document for document in loaded}

    def of_topic(self, topic: str) -> list[Document]:
        """The projection's checkpoints of any log that ever had this topic's name."""
        prefix = checkpoint_id(self._projection, topic)
        return [
            document
            for separator in "/@"
            for document in self._store.scan(
                CHECKPOINTS, prefix + separator, prefix + separator + LAST
            )
        ]

    def identify(self, topic_ids: Mapping[str, str]) -> None:
        """Keep the topic's identity in each of these partitions' checkpoints, from its next move.

        One that has an identity already keeps it.
        """
        self._topic_ids |= topic_ids

    def absorbed(self, partition: str) -> Sequence[Range]:
        """The ranges of a partition that are in the documents by now."""
        ranges: list[list[int]] = self.load([partition]).get(partition, {"ranges": []})["ranges"]
        return ranges

    def forget(self) -> None:
        """Trust nothing seen before: the last write may have been undone."""
        self._known.clear()

    def move(self, reach: Reach, now: datetime, row: int | None = None) -> None:
        """Step 6: say of each partition that these ranges are absorbed.

        Nothing is written where that is known already. Two movers lose nothing:
        the one that loses the race adds its range to what the other wrote. An
        empty range marks where reading begins; the first mark stays, so that of
        two runs that begin at once none begins above the other.
        """
        pending = dict(reach)
        while pending:
            self.load([each for each in pending if each not in self._known])
            moved = []
            for partition, reached in pending.items():
                document = self._known.get(partition) or self._new(partition)
                known = document["ranges"]
                ranges = union_all(known, [r for r in reached if r[0] < r[1] or not known])
                if ranges != known:
                    if row is not None:
                        document = {**document, "dead_in_a_row": row}
                    moved.append(self._moved(document, ranges, now))
            revs = self._store.swap(CHECKPOINTS, moved)
            for document in moved:
                self._keep(document, revs.get(document["_id"]))
            pending = {
                d["partition"]: pending[d["partition"]] for d in moved if d["_id"] not in revs
            }

    def accept_gap(self, partition: str, first: int, now: datetime) -> None:
        """Record that what lies between the checkpoint and `first` is lost; go on at `first`."""
        while True:
            document = self.load([partition])[partition]
            if document["next"] >= first:
                return
            gaps = union(document.get("gaps", []), document["next"], first)
            ranges = [*document["ranges"], [first, first]]
            moved = self._moved(document | {"gaps": gaps}, ranges, now)
            revs = self._store.swap(CHECKPOINTS, [moved])
            self._keep(moved, revs.get(moved["_id"]))

    def _moved(self, document: Document, ranges: list[list[int]], now: datetime) -> Document:
        topic_id = document.get("topic_id") or self._topic_ids.get(document["partition"])
        moved = document | {"ranges": ranges, "next": ranges[-1][1], "updated_at": now}
        return moved | ({"topic_id": topic_id} if topic_id else {})

    def _keep(self, document: Document, rev: str | None) -> None:
        if rev is None:
            self._known.pop(document["partition"], None)
        else:
            self._known[document["partition"]] = document | {"rev": rev}

    def _new(self, partition: str) -> Document:
        return {
            "_id": checkpoint_id(self._projection, partition),
            "projection": self._projection,
            "partition": partition,
            "ranges": [],
        }


def flushed_at(store: Store, projection: str) -> datetime | None:
    """When a flush of the projection last absorbed records of any partition; None for never."""
    prefix = checkpoint_id(projection, "")
    moved = [each.get("updated_at") for each in store.scan(CHECKPOINTS, prefix, prefix + LAST)]
    return max((each for each in moved if each is not None), default=None)


def absorbed_since(checkpoint: Document) -> tuple[int, int]:
    """The last absorbed range `[since, next)`: what live reading goes on from."""
    since, end = checkpoint["ranges"][-1]
    return since, end
