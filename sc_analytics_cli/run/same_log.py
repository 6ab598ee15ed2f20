"""A topic that was deleted and created again is another log, whose offsets mean nothing here."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..errors import ConflictError
from ..fold.field import Document
from ..source.port import LiveSource, Source, Span
from ..source.renamed import RenamedSource, log_name, topic_of
from ..store.port import CHECKPOINTS, Store
from .checkpoints import Checkpoints


def as_absorbed(
    source: LiveSource, store: Store, topics: Iterable[str], *, accept_new: bool = False
) -> LiveSource:
    """The source with its partitions named as this store names them (see source/renamed.py).

    A topic goes by its log's own name where the store has checkpoints of
    another log of that topic, or of this one under that name. `accept_new`
    also takes a topic for another log whose end lies below a checkpoint: its
    broker lost records, and what is there is to be read anew.
    """
    checkpoints = list(store.scan(CHECKPOINTS))
    names = {}
    for topic in topics:
        known = [each for each in checkpoints if topic_of(each["partition"]) == topic]
        if known:
            partitions = source.partitions([topic])
            topic_id = source.topic_ids(partitions[:1]).get(partitions[0])
            lost = accept_new and _lost_records(source, partitions, known)
            if topic_id and (lost or _is_another(topic, topic_id, known)):
                names[topic] = log_name(topic, topic_id)
    return RenamedSource(source, names) if names else source


def refuse_other_log(
    checkpoints: Checkpoints,
    source: Source,
    topic: str,
    partitions: Collection[str],
    *,
    accept_new: bool = False,
) -> dict[str, Span]:
    """The partitions' bounds, where they are the log that was absorbed before, or the first one.

    The topic's identity is kept with every checkpoint that moves from now on.
    Raises ConflictError where the topic is another log, unless that is accepted.
    """
    # Read once, since another first run may write its own at any moment; and before the
    # bounds: what lies below it is there by then.
    seen = checkpoints.of_topic(topic)
    known = {each["partition"]: each for each in seen if each["partition"] in partitions}
    bounds = source.bounds(partitions)
    ids = source.topic_ids(partitions)
    for partition, checkpoint in known.items():
        check_same_log(partition, checkpoint, bounds[partition][1], ids.get(partition))
    for each in [] if known or accept_new else seen:
        number = each["partition"].rpartition("/")[2]
        ends = [end for name, (_, end) in bounds.items() if name.rpartition("/")[2] == number]
        raise another_log(each["projection"], f"{topic}/{number}", each["next"], ends)
    checkpoints.identify(ids)
    return bounds


def check_same_log(partition: str, checkpoint: Document, end: int, topic_id: str | None) -> None:
    """Raise ConflictError where the topic's identity has changed, or its end lies too low."""
    at, known_id = checkpoint["next"], checkpoint.get("topic_id")
    if (known_id and topic_id and known_id != topic_id) or at > end:
        raise another_log(checkpoint["projection"], partition, at, [end])


def another_log(projection: str, partition: str, at: int, ends: Iterable[int]) -> ConflictError:
    """What to say where a partition is absorbed up to `at` of a log that it is no longer."""
    now = "".join(f", its end is now {end}" for end in ends)
    return ConflictError(
        f"{partition} is not the log that was read before: absorbed up to {at}{now}",
        cause="the topic was deleted and created again, or the broker lost records",
        advice=f"restore the topic, or go on with the new one and keep the documents: "
        f"sc-analytics consume {projection} --accept-new-topic",
    )


def _is_another(topic: str, topic_id: str, known: Iterable[Document]) -> bool:
    own = log_name(topic, topic_id) + "/"
    return any(
        each["partition"].startswith(own)
        or (
            each["partition"].startswith(topic + "/") and each.get("topic_id", topic_id) != topic_id
        )
        for each in known
    )


def _lost_records(source: Source, partitions: Collection[str], known: Iterable[Document]) -> bool:
    bounds = source.bounds(partitions)
    return any(
        each["next"] > bounds[each["partition"]][1] for each in known if each["partition"] in bounds
    )
