"""`sc-analytics explain`: what became of one record."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import closing
from typing import Annotated

import typer

from .. import bootstrap
from ..errors import NotThereError, UsageError
from ..event import Coordinate, Record
from ..projections.catalog import all_projections
from ..report.safe import harmless
from ..run.dead_letters import OPEN
from ..run.explain import Content, Explanation, content
from ..run.explain import explain as explain_record
from ..run.same_log import as_absorbed
from ..run.store_rules import stored_rules
from ..settings import Settings
from ..source.port import Source
from ..source.renamed import topic_of
from ..store.port import Store
from .additions import adds_in_words
from .options import command, option
from .output import write_json

SCHEMA = "sc-analytics.explain/1"
_COORDINATE = re.compile(r"(.+)[:/]([0-9]+):(-?[0-9]+)")
_PARTITION = re.compile(r"(.+?)(?:[:/]([0-9]+))?:?")


@command
def explain(
    subject: Annotated[
        str, typer.Argument(metavar="TOPIC:PARTITION:OFFSET|EVENT_ID", help="Which record.")
    ],
    settings: Settings,
    as_json: Annotated[bool, option("--json", "One JSON document on stdout.")] = False,
) -> None:
    """Say what an event is, what it adds to which document, and whether it was counted.

    An offset of -1 is the last record of the partition, as in a SPEC. A dead letter's
    id names its record too.
    """
    with (
        closing(bootstrap.open_store_to_read(settings)) as store,
        closing(_open_log(settings, store)) as log,
    ):
        rules = stored_rules(store) or settings.rules
        topics = {each: settings.topic_name(each.topic) for each in all_projections()}
        subject = _of_letter(subject)
        _check_offset(subject, topics.values())
        explained = []
        for at in _coordinates(store, log, subject, topics.values()):
            record = _record(log, at)
            told = content(record)
            explained += [
                (at, told, explain_record(each, store, rules, at.partition, record))
                for each, topic in topics.items()
                if topic == topic_of(at.partition)
            ]
    if not explained:
        raise UsageError(
            f"no projection reads the topic of {subject}",
            cause=f"the topics are {', '.join(sorted(set(topics.values())))}",
            advice="set --user-topic or --order-topic, or name one of these",
        )
    if as_json:
        write_json({"schema": SCHEMA, "explanations": [_told(*each) for each in explained]})
        return
    _print(explained)


def _open_log(settings: Settings, store: Store) -> Source:
    topics = {settings.topic_name(each.topic) for each in all_projections()}
    return as_absorbed(bootstrap.open_kafka(settings), store, topics)


def _of_letter(subject: str) -> str:
    """The coordinate in a dead letter's id, which has the projection's name before it."""
    name, _, coordinate = subject.partition(":")
    known = {each.name for each in all_projections()}
    return coordinate if name in known and _COORDINATE.fullmatch(coordinate) else subject


def _check_offset(subject: str, topics: Collection[str]) -> None:
    """Raise UsageError for nothing at all, and for a topic or partition without an offset."""
    if not subject:
        raise UsageError("which record?", advice="sc-analytics explain TOPIC:PARTITION:OFFSET")
    match = _PARTITION.fullmatch(subject)
    if match and match[1] in topics:
        raise UsageError(
            f"{subject} names no offset",
            advice=f"sc-analytics explain {match[1]}:{match[2] or 0}:OFFSET",
        )


def _coordinates(
    store: Store, log: Source, subject: str, topics: Collection[str]
) -> list[Coordinate]:
    """The coordinate that is named, or those that own the event id that is named."""
    match = _COORDINATE.fullmatch(subject)
    if match:
        named = f"{match[1]}/{match[2]}"
        there = [
            each
            for each in log.partitions([topic_of(named)])
            if each.rpartition("/")[2] == match[2] and match[1] == topic_of(named)
        ]
        return [_counted_back(log, Coordinate((there or [named])[0], int(match[3])))]
    owners = {
        owner
        for each in all_projections()
        for owner in store.owners(each.ledger(), [subject]).values()
    }
    if not owners:
        topic = next((each for each in topics if re.match(re.escape(each) + "[:/]", subject)), None)
        if topic is not None:
            raise NotThereError(
                f"{subject} is no place in {topic}, and no event that was counted has it for an id",
                cause="partition and offset are integers; a ledger forgets its ids after some days",
                advice=f"sc-analytics explain {topic}:PARTITION:OFFSET",
            )
        raise NotThereError(
            f"no projection has counted an event {subject!r}",
            cause="it was never read, or the ledger has forgotten it",
            advice="sc-analytics explain TOPIC:PARTITION:OFFSET",
        )
    found = [_COORDINATE.fullmatch(owner) for owner in sorted(owners)]
    kafka = [
        Coordinate(f"{each[1]}/{each[2]}", int(each[3]))
        for each in found
        if each and not each[1].startswith("file:")
    ]
    if not kafka:
        raise UsageError(f"the event {subject!r} was read from a file: {sorted(owners)[0]}")
    return kafka


def _counted_back(log: Source, at: Coordinate) -> Coordinate:
    """A negative offset counts back from the end of the partition."""
    if at.offset >= 0 or at.partition not in log.partitions([topic_of(at.partition)]):
        return at
    _, end = log.bounds([at.partition])[at.partition]
    return at._replace(offset=end + at.offset)


def _record(log: Source, at: Coordinate) -> Record:
    topic, _, number = at.partition.rpartition("/")
    partitions = log.partitions([topic_of(at.partition)])
    if at.partition not in partitions:
        numbers = [int(each.rpartition("/")[2]) for each in partitions]
        raise NotThereError(
            f"{topic} has no partition {number}",
            cause=f"its partitions are {min(numbers)} to {max(numbers)}",
            advice=f"sc-analytics explain {topic}:{min(numbers)}:{at.offset}",
        )
    first, end = log.bounds([at.partition])[at.partition]
    if not first <= at.offset < end:
        raise _outside(at, first, end)
    with closing(log.read({at.partition: (at.offset, at.offset + 1)})) as reader:
        while not reader.done:
            for chunk in reader.poll(0.5, 1):
                for record in chunk.records:
                    return record
    raise NotThereError(
        f"there is no record at offset {at.offset} of {at.partition}",
        cause="it is a transaction marker, was aborted, or was compacted away",
    )


def _outside(at: Coordinate, first: int, end: int) -> NotThereError:
    """What to say of an offset below the log's start or above its end."""
    topic, number = topic_of(at.partition), at.partition.rpartition("/")[2]
    if first == end:
        return NotThereError(
            f"{at.partition} holds no record",
            cause="nothing was produced to it, or retention has deleted everything",
            advice="sc-analytics status",
        )
    gone = at.offset < first
    near = first if gone else end - 1
    return NotThereError(
        f"{at.partition} holds the offsets {first} to {end - 1}, not {at.offset}",
        cause="retention has deleted what lies below" if gone else "nothing was produced there yet",
        advice=f"it {'begins' if gone else 'ends'} at {near}: "
        f"sc-analytics explain {topic}:{number}:{near}",
    )


def _told(at: Coordinate, told: Content, explanation: Explanation) -> dict[str, object]:
    event = explanation.event
    return {
        "coordinate": str(at),
        "event_type": told.event_type,
        "occurred_at": told.occurred_at,
        "order_id": told.order,
        "projection": explanation.projection,
        "fate": explanation.fate,
        "because": explanation.because,
        "dead_letter": explanation.letter,
        "event_id": event.id if event else None,
        "date": event.date if event else None,
        "hour": event.hour if event else None,
        "adds": [
            {"date": posting.date, "hour": posting.hour, **add._asdict()}
            for posting in explanation.postings
            for add in posting.adds
        ],
    }


def _print(explained: list[tuple[Coordinate, Content, Explanation]]) -> None:
    lines = []
    before = None
    for at, told, each in explained:
        if at != before:
            lines += _in_words(told)
        before = at
        why = f": {each.because}" if each.because else ""
        lines.append(f"{each.projection}  {at}  {each.fate}{why}")
        if each.letter is not None:
            lines.append(f"    {_letter_in_words(each.letter, f'{each.projection}:{at}')}")
        if each.event is not None:
            lines.append(f"    event {each.event.id}, {each.event.date} hour {each.event.hour}")
        lines += adds_in_words(each.postings)
    for line in lines:
        print(harmless(line))  # noqa: T201


def _letter_in_words(status: str, identity: str) -> str:
    """Under which status the record is listed, and what to do with an open one."""
    if status != OPEN:
        return f"listed as a dead letter: {status}"
    return f"listed as a dead letter: open; sc-analytics dead-letters show {identity}"


def _in_words(told: Content) -> list[str]:
    """`order.created, occurred at 2026-10-01T10:00Z, order o-1`; nothing of what says nothing."""
    parts = [
        told.event_type,
        told.occurred_at and f"occurred at {told.occurred_at}",
        told.order and f"order {told.order}",
    ]
    known = [each for each in parts if each]
    return [", ".join(known)] if known else []
