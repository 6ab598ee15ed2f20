"""`sc-analytics demo --live`: made-up traffic on a real broker, to watch everything at work."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

import typer

from .. import bootstrap
from ..errors import UsageError
from ..run.produce import Producing
from ..settings import Settings, zone
from ..traffic.shop import DAY, Shop
from .demo_progress import HistoryProgress, about
from .signals import StopSignals
from .voice import say

if TYPE_CHECKING:
    from ..source.kafka.outlet import KafkaOutlet

MOST_HISTORY = 5_000_000
BREAKABLE = ("payments",)

_KEPT_LONGER = 7
"""So many days more than the history a topic keeps that is made for it."""


@dataclass(frozen=True)
class LiveTraffic:
    """What `demo --live` was asked for; `duration` in seconds, `rate` in events a second.

    `history` days are produced at once, before the traffic of now begins.
    """

    rate: float
    seed: int
    broken: str | None
    duration: float | None
    count: int | None
    history: int
    partitions: int
    consent: bool


def produce_live(settings: Settings, asked: LiveTraffic) -> None:
    """Create missing topics, then produce until a bound is met or a signal comes."""
    _check_usage(asked)
    stopped = StopSignals().stopped
    topics = {name: settings.topic_name(name) for name in ("user", "order")}
    clock = bootstrap.SystemClock()
    with closing(bootstrap.open_outlet(settings)) as outlet:
        _agree(settings, outlet, topics, asked)
        now = clock.now()
        shop, start = _shop(settings, asked, now)
        producing = Producing(outlet, topics, f"{int(start):x}-{asked.seed:x}", clock)
        ends = inf if asked.duration is None else now.timestamp() + asked.duration
        first = shop.expected(start, now.timestamp()) if asked.history else 0.0
        say(_announced(asked, topics, first))
        try:
            producing.produce(
                shop.happenings(start),
                until=ends,
                count=asked.count,
                stopped=stopped,
                tells=HistoryProgress(first, now.timestamp(), clock),
            )
        finally:
            told = ", ".join(f"{n:,} to {topics[name]}" for name, n in producing.sent.items())
            say(f"{producing.total:,} events sent: {told}")
        if outlet.last is not None:
            say(f"the last of them, once it is consumed: sc-analytics explain {outlet.last}")


def _check_usage(asked: LiveTraffic) -> None:
    if asked.broken is not None and asked.broken not in BREAKABLE:
        raise UsageError(f"--break: {asked.broken!r} cannot be broken", advice="--break payments")
    events = asked.history * DAY * asked.rate
    if events > MOST_HISTORY:
        raise UsageError(
            f"{asked.history} days at {asked.rate:g} events a second are {events:,.0f} events",
            cause=f"a history has at most {MOST_HISTORY:,}",
            advice=f"--rate {MOST_HISTORY / asked.history / DAY:.1f}",
        )


def _shop(settings: Settings, asked: LiveTraffic, now: datetime) -> tuple[Shop, float]:
    """The shop and when it opens; what breaks is broken since the last midnight, if it was open."""
    local = now.astimezone(zone(settings.rules.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    start = now if not asked.history else midnight - timedelta(days=asked.history)
    broken_from = midnight.timestamp() if asked.broken else inf
    offset = (local.utcoffset() or timedelta()).total_seconds()
    return Shop(asked.seed, asked.rate, offset, broken_from), start.timestamp()


def _agree(
    settings: Settings, outlet: KafkaOutlet, topics: Mapping[str, str], asked: LiveTraffic
) -> None:
    """Create what is missing; made-up events go among others only where somebody agrees."""
    keeps = (asked.history + _KEPT_LONGER) * DAY if asked.history else None
    created = outlet.create_missing(topics.values(), asked.partitions, keeps)
    for topic in created:
        kept = "" if keeps is None else f", which keeps records for {keeps / DAY:g} days"
        say(f"created the topic {topic} with {asked.partitions} partitions{kept}")
    for topic in topics.values():
        if topic not in created:
            _warn(topic, outlet.keeps(topic), asked.history)
    filled = _filled(settings, [each for each in topics.values() if each not in created])
    if not filled or asked.consent:
        return
    question = f"{' and '.join(filled)} hold records: put made-up events among them?"
    if not sys.stdin.isatty():
        raise UsageError(question, cause="nobody is there to be asked", advice="add --yes")
    if not typer.confirm(question, err=True):
        raise typer.Exit(0)


def _warn(topic: str, keeps: float | None, history: int) -> None:
    """Say what retention will delete of a history, before it is there."""
    if keeps is not None and keeps < history * DAY:
        say(
            f"{topic} keeps records for {keeps / DAY:g} days: of the {history} days of history it "
            "deletes what is older, perhaps before it is consumed; --history less, or lengthen "
            "its retention.ms first",
            "warning",
        )


def _filled(settings: Settings, topics: list[str]) -> list[str]:
    if not topics:
        return []
    with closing(bootstrap.open_kafka(settings)) as source:
        bounds = source.bounds(source.partitions(topics))
    found = {each.rpartition("/")[0] for each, (first, end) in bounds.items() if first < end}
    return [each for each in topics if each in found]


def _announced(asked: LiveTraffic, topics: Mapping[str, str], first: float) -> str:
    words = f"about {asked.rate:g} events a second to {' and '.join(topics.values())}"
    if asked.history:
        words += f", after {asked.history} days of history: about {about(first)} events first"
    if asked.broken:
        words += "; payments fail"
        if asked.history:
            words += " since midnight"
    return f"{words}; Ctrl-C ends it"
