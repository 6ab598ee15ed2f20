"""A topic that was deleted and created again is another log, whose offsets mean nothing here."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import ConflictError
from ..fold.field import Document
from ..source.port import Source
from .checkpoints import Checkpoints


def refuse_other_log(checkpoints: Checkpoints, source: Source, partitions: Collection[str]) -> None:
    """Raise ConflictError where a partition is not the one that was absorbed before."""
    known = checkpoints.load(partitions)
    bounds = source.bounds(known)
    ids = source.topic_ids(known)
    for partition, checkpoint in known.items():
        check_same_log(partition, checkpoint, bounds[partition][1], ids.get(partition))


def check_same_log(partition: str, checkpoint: Document, end: int, topic_id: str | None) -> None:
    """Raise ConflictError where the topic's identity has changed, or its end lies too low."""
    at, known_id = checkpoint["next"], checkpoint.get("topic_id")
    if (known_id and topic_id and known_id != topic_id) or at > end:
        raise ConflictError(
            f"{partition} is not the log that was read before: "
            f"absorbed up to {at}, its end is now {end}",
            cause="the topic was deleted and created again, or the broker lost records",
            advice="restore the topic, or begin anew with another --store",
        )
