"""Checkpoints: what a projection has absorbed of each partition, whatever the dates.

    {"_id": "order-funnel:sc.domain.order/0", "projection": "order-funnel",
     "partition": "sc.domain.order/0", "ranges": [[0, 5000]], "next": 5000,
     "topic_id": "…", "dead_in_a_row": 0, "updated_at": …}

Everything in `ranges` is in the documents. Live reading goes on at `next`.
`dead_in_a_row`: see run/row.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ..fold.document import Reach
from ..fold.field import Document
from ..fold.ranges import Range, union_all
from ..store.port import CHECKPOINTS, Store


def checkpoint_id(projection: str, partition: str) -> str:
    """The `_id` of a checkpoint."""
    return f"{projection}:{partition}"


class Checkpoints:
    """The checkpoints of one projection; keeps what it last saw, so a move is one round trip."""

    def __init__(self, store: Store, projection: str) -> None:
        self._store = store
        self._projection = projection
        self._known: dict[str, Document] = {}

    def load(self, partitions: Collection[str]) -> dict[str, Document]:
        """The stored checkpoints of these partitions, by partition; those that exist."""
        ids = [checkpoint_id(self._projection, partition) for partition in partitions]
        loaded = self._store.load(CHECKPOINTS, ids).values()
        self._known |= {document["partition"]: document for document in loaded}
        return {document["partition"]: document for document in loaded}

    def absorbed(self, partition: str) -> Sequence[Range]:
        """The ranges of a partition that are in the documents by now."""
        ranges: list[list[int]] = self.load([partition]).get(partition, {"ranges": []})["ranges"]
        return ranges

    def forget(self) -> None:
        """Trust nothing seen before: the last write may have been undone."""
        self._known.clear()

    def move(
        self,
        reach: Reach,
        now: datetime,
        topic_ids: Mapping[str, str] | None = None,
        row: int | None = None,
    ) -> None:
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
                    if topic_ids and partition in topic_ids:
                        document = {**document, "topic_id": topic_ids[partition]}
                    if row is not None:
                        document = {**document, "dead_in_a_row": row}
                    moved.append(
                        document | {"ranges": ranges, "next": ranges[-1][1], "updated_at": now}
                    )
            revs = self._store.swap(CHECKPOINTS, moved)
            for document in moved:
                self._keep(document, revs.get(document["_id"]))
            pending = {
                d["partition"]: pending[d["partition"]] for d in moved if d["_id"] not in revs
            }

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


def absorbed_since(checkpoint: Document) -> tuple[int, int]:
    """The last absorbed range `[since, next)`: what live reading goes on from."""
    since, end = checkpoint["ranges"][-1]
    return since, end
