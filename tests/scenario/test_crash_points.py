"""Every place to die at, one after the other: the next process makes it good.

The traffic is of the kind whose outcome depends on no interleaving, so the
oracle is simply given the log.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from sc_analytics_cli.errors import UnreachableError
from sc_analytics_cli.run.flush import Step
from tests.fakes import FrailStore, MemoryLog
from tests.oracle.documents import TOPIC_OF, Expected, expected
from tests.oracle.traffic import Traffic, traffic

from .opening import memory, sqlite
from .turns import STEPS
from .world import Crash, World, crash

PARTITIONS, BATCH = 3, 12


@cache
def sent() -> Traffic:
    """Two days of a shop, dense with everything that is unusual."""
    return traffic(
        seed=5, events=150, days=2, partitions=PARTITIONS, duplicates=0.2, late=0.3,
        malformed=0.1, tombstones=0.05, unlisted=0.05, user_share=0.4, attributed=0.9,
        cancelled=0.4,
    )  # fmt: skip


@cache
def oracle(projection: str) -> Expected:
    """What the traffic leads to."""
    return expected(projection, sent().of(projection))


def log_of(projection: str) -> MemoryLog:
    """The traffic, ready to be read."""
    log = MemoryLog(TOPIC_OF[projection], PARTITIONS)
    for record in sent().of(projection):
        log.append(f"{record.topic}/{record.partition}", record.value)
    return log


def sizes(projection: str) -> range:
    """The batches that an undisturbed run takes, by number."""
    world = World(projection, log_of(projection), memory())
    process, number = world.consumer(), 0
    while any(at < stop for at, stop in process.spans.values()):
        process.write([BATCH] * PARTITIONS)
        number += 1
    return range(number)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("projection", TOPIC_OF)
def test_a_zombie_writes_what_others_have_written(
    projection: str, kind: str, tmp_path: Path
) -> None:
    """Overtaken after any batch, with stale documents in its memory, it changes nothing."""
    for number in sizes(projection):
        with sqlite(tmp_path) as on_disk:
            world = World(projection, log_of(projection), memory() if kind == "memory" else on_disk)
            zombie = world.consumer()
            for _ in range(number):
                zombie.write([BATCH] * PARTITIONS)
            world.consumer().run(BATCH)
            before = world.dump()
            zombie.write([BATCH] * PARTITIONS)
            assert world.dump() == before
            assert world.documents() == oracle(projection).documents


def refuse() -> None:
    """Answer no more."""
    raise UnreachableError("no answer")


@pytest.mark.parametrize("end", ["dies", "is refused"])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name.lower())
@pytest.mark.parametrize("projection", TOPIC_OF)
def test_an_end_after_a_step(
    projection: str, step: Step, kind: str, end: str, tmp_path: Path
) -> None:
    """In each batch in turn: what was done by then is neither lost nor done again.

    The dead is followed by another process; the refused one writes its batch again
    and must not trust what it remembers, as a transaction may have been undone.
    """
    for number in sizes(projection):
        with sqlite(tmp_path) as on_disk:
            opener = memory() if kind == "memory" else on_disk
            world = World(projection, log_of(projection), opener)
            process = world.consumer()
            for _ in range(number):
                process.write([BATCH] * PARTITIONS)
            with pytest.raises((Crash, UnreachableError)):
                process.write(
                    [BATCH] * PARTITIONS, happens={step: [crash if end == "dies" else refuse]}
                )
            world.check_readable()
            (world.consumer() if end == "dies" else process).run(BATCH)
            world.check_exact()
            assert world.documents() == oracle(projection).documents


@pytest.mark.parametrize("end", ["dies", "is refused"])
@pytest.mark.parametrize("projection", TOPIC_OF)
def test_an_end_before_and_after_any_effect(projection: str, end: str) -> None:
    """On a store without transactions, in the middle of a bulk write as well.

    The dead is followed by another process; the refused one writes its batch again.
    """
    happened: list[int] = []

    def happens() -> None:
        happened.append(instant)
        crash() if end == "dies" else refuse()

    for instant in count():
        store = FrailStore()
        world = World(projection, log_of(projection), memory(store))
        process = world.consumer()
        process.write([BATCH] * PARTITIONS)
        store.at(instant, happens)
        with suppress(Crash, UnreachableError):
            process.write([BATCH] * PARTITIONS)
        store.calm()
        world.check_readable()
        (world.consumer() if end == "dies" else process).run(BATCH)
        assert world.documents() == oracle(projection).documents
        if instant not in happened:
            break
    assert len(happened) > 40
