"""Many writers of one document: how often compare-and-swap is lost, and what that costs."""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

from sc_analytics_cli import bootstrap
from sc_analytics_cli.event import Chunk, LogRecord
from sc_analytics_cli.projections.catalog import named
from sc_analytics_cli.run.tally import Tally
from sc_analytics_cli.settings import Settings
from tests.servers import MongoServer

from .documents import verify
from .log import value_of

WRITERS = (1, 2, 5, 10, 20, 50)
_AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def add_options(options: argparse.ArgumentParser) -> None:
    """The flags of this subject."""
    options.add_argument("--flushes", type=int, default=10)
    options.add_argument("--records", type=int, default=500)


def measure(_servers: str, mongo: MongoServer, chosen: argparse.Namespace) -> None:
    """Each writer has a partition of its own, as in a group; all events are of one date."""
    print(f"\n{chosen.flushes} flushes a writer of {chosen.records} events, all of one document")
    print(f"{'writers':>8}{'flushes/s':>11}{'events/s':>10}{'lost swaps a flush':>20}")
    for writers in WRITERS:
        tally, seconds = _together(mongo, writers, chosen.flushes, chosen.records)
        flushes = writers * chosen.flushes
        lost = tally.conflicts / flushes
        print(f"{writers:>8}{flushes / seconds:>11.1f}{tally.read / seconds:>10,.0f}{lost:>20.2f}")


def _together(mongo: MongoServer, writers: int, flushes: int, records: int) -> tuple[Tally, float]:
    store = mongo.database_uri(f"bench_{uuid4().hex[:8]}")
    total, threads = Tally(), []
    begun = threading.Barrier(writers + 1)
    lock = threading.Lock()

    def write(number: int) -> None:
        settings = Settings(store=store)
        opened = bootstrap.open_store(settings)
        flush = bootstrap.new_flush(named(["order-funnel"])[0], opened, settings)
        begun.wait()
        for turn in range(flushes):
            tally = flush.write([_chunk(number, turn * records, records)])
            with lock:
                total.add(tally)
        opened.close()

    for number in range(writers):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
    begun.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    every = writers * flushes * records
    verify(store, {"2026-10-01": Counter({"order.created": every})})
    return total, seconds


def _chunk(number: int, start: int, count: int) -> Chunk:
    first = number * 10_000_000
    values = [value_of(first + at, _AT, ["order.created"])[1] for at in range(start, start + count)]
    made = [LogRecord(start + at, value) for at, value in enumerate(values)]
    topic = "sc.domain.order"
    return Chunk(f"{topic}/{number}", start, start + count, made, topic)
