"""Seeded, believable traffic to produce, whatever the order in which partitions are read.

What a projection makes of it must not depend on how the partitions interleave. Therefore
everything that is said of one order is in one partition, and a copy of an event goes to
another partition only where it does not matter which of the copies comes first.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import UUID

from tests.event_ids import made_at

from .breakage import ALL_KINDS, TEXT_KINDS, applies, break_
from .documents import ORDER_TOPIC, TOPIC_OF, USER_TOPIC, Coordinate, LogRecord
from .spelling import Style, spell
from .world import (
    DAY,
    MINUTE,
    ORDER_WEEK,
    SECOND,
    USER_WEEK,
    Calendar,
    Fact,
    Habits,
    Orders,
    Users,
)

COMMUNITIES = (
    "runners-berlin", "trail-mums", "läufer.köln", "$ellers", "a.b.$c", "night market",
    "читатели", "😀 club", "", " ", "line\u2028break", "__proto__", "hours", "é" * 256,
)  # fmt: skip
PROMOTIONS = ("spring-drop", "early.bird", "$5-off", "black friday", "春セール", "", "10%")
CURRENCIES = ("EUR",) * 14 + ("eur", "Eur", None, None, None, "USD")

# Where moving an event's arrival can change revenue: what is first, and what is later.
_ORDER_MATTERS = frozenset(
    {"order.payment_succeeded", "order.cancelled", "order.attribution_recorded"}
)
_UNLISTED = {
    USER_TOPIC: ("user.profile_updated", "user.password_changed"),
    ORDER_TOPIC: ("order.note_added", "order.address_changed"),
}
_FOREIGN = {
    USER_TOPIC: ("order.created", "order.payment_succeeded", ""),
    ORDER_TOPIC: ("user.created", "user.login_succeeded", "order.Created"),
}


@dataclass(frozen=True)
class Arrival:
    """A record value on its way into a partition."""

    at: int
    topic: str
    partition: int
    key: str
    value: bytes | None
    broken: str | None = None


@dataclass
class Traffic:
    """Records by topic, in order of arrival."""

    records: dict[str, list[LogRecord]] = field(default_factory=dict)
    broken: dict[Coordinate, str] = field(default_factory=dict)
    """The records that were broken on purpose, and how."""

    def of(self, projection: str) -> list[LogRecord]:
        """Return the records of the topic that a projection reads."""
        return self.records[TOPIC_OF[projection]]

    def arrivals(self, topics: Iterable[str] | None = None) -> Iterator[LogRecord]:
        """Yield the records of several topics (of all, if none is named) as they arrived."""
        chosen = [record for topic in topics or self.records for record in self.records[topic]]
        yield from sorted(chosen, key=lambda record: record.timestamp_ms)

    def as_ndjson(self, path: Path, topics: Iterable[str] | None = None) -> None:
        """Write the values, one a line; tombstones have no line."""
        with path.open("wb") as file:
            for record in self.arrivals(topics):
                if record.value is not None:
                    if b"\n" in record.value:
                        raise ValueError(f"more than one line at {record.coordinate}")
                    file.write(record.value + b"\n")

    def as_kcat(self, path: Path, topics: Iterable[str] | None = None) -> None:
        """Write the records as `kcat -J` prints them; values have to be UTF-8."""
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for record in self.arrivals(topics):
                envelope = {
                    "topic": record.topic,
                    "partition": record.partition,
                    "offset": record.offset,
                    "tstype": "create",
                    "ts": record.timestamp_ms,
                    "broker": 0,
                    "key": None if record.key is None else record.key.decode(),
                    "payload": None if record.value is None else record.value.decode(),
                }
                line = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
                file.write(line + "\n")


def partition_of(key: str, partitions: int) -> int:
    """Return the partition of a key, the same in every run."""
    return zlib.crc32(key.encode()) % partitions


def traffic(
    *,
    seed: int,
    events: int,
    days: int,
    first_day: str = "2026-10-01",
    partitions: int = 6,
    duplicates: float = 0.03,
    late: float = 0.05,
    malformed: float = 0.01,
    tombstones: float = 0.002,
    unlisted: float = 0.01,
    cloud_events: float = 0.2,
    user_share: float = 0.5,
    cancelled: float = 0.1,
    attributed: float = 0.4,
    growth: float = 0.01,
    communities: Sequence[str] = COMMUNITIES,
    promotions: Sequence[str] = PROMOTIONS,
    currencies: Sequence[str | None] = CURRENCIES,
    style: Style = "varied",
    text_only: bool = False,
    malformed_kinds: Sequence[str] | None = None,
    foreign_types: bool = False,
    known: int = 0,
) -> Traffic:
    """Generate `events` sound and different events, and on top of them shares of others.

    The shares are of `events`: copies that are sent again (byte for byte), events that
    arrive up to three days late, broken records, tombstones, events of unlisted types.
    Of these, `foreign_types` makes some to be another topic's: skipped as long as each topic
    is read alone, but counted where a file holds both. Users and orders are numbered from
    `known` on, so that stretches of traffic after each other tell of different ones.
    """
    rng = Random(seed)
    habits = Habits(communities, promotions, currencies, cancelled, attributed, growth)
    facts = _facts(
        rng,
        habits,
        events=events,
        first_day=first_day,
        days=days,
        user_share=user_share,
        known=known,
    )
    kinds = malformed_kinds or (TEXT_KINDS if text_only else ALL_KINDS)
    arrivals: list[Arrival] = []
    sent: list[tuple[Fact, str, int]] = []
    for fact in facts:
        at = _arrival_time(rng, fact.at, late)
        event_id = _event_id(rng, style, fact.at)
        place = partition_of(fact.key, partitions)
        value = spell(rng, fact, event_id, style, cloud_events)
        original = Arrival(at, fact.topic, place, fact.key, value)
        arrivals.append(original)
        sent.append((fact, event_id, at))
        if rng.random() < duplicates:
            arrivals.append(_copy(rng, original, fact.type not in _ORDER_MATTERS, partitions))
    arrivals += _broken(
        rng,
        sent,
        kinds,
        count=round(events * malformed),
        partitions=partitions,
        cloud_events=cloud_events,
    )
    for _ in range(round(events * tombstones)):
        fact, _, at = rng.choice(sent)
        place = partition_of(fact.key, partitions)
        arrivals.append(Arrival(at + rng.randrange(DAY), fact.topic, place, fact.key, None))
    for _ in range(round(events * unlisted)):
        fact, _, at = rng.choice(sent)
        types = _UNLISTED[fact.topic] + (_FOREIGN[fact.topic] if foreign_types else ())
        other = Fact(fact.topic, rng.choice(types), fact.key, fact.at, None)
        value = spell(rng, other, _event_id(rng, "plain", fact.at), "plain", cloud_events)
        place = partition_of(fact.key, partitions)
        at += rng.randrange(150, 4 * SECOND)
        arrivals.append(Arrival(at, fact.topic, place, fact.key, value))
    return _numbered(arrivals)


def _facts(
    rng: Random,
    habits: Habits,
    *,
    events: int,
    first_day: str,
    days: int,
    user_share: float,
    known: int,
) -> list[Fact]:
    order_days = Calendar(rng, first_day, days, ORDER_WEEK, habits.growth)
    user_days = Calendar(rng, first_day, days, USER_WEEK, habits.growth)
    orders = Orders(rng, order_days, habits, known)
    users = Users(rng, user_days, known)
    facts: list[Fact] = []
    of_users = 0
    while len(facts) < events:
        story = users.story() if of_users <= user_share * len(facts) else orders.story()
        # The end of the days cuts the stories that run past it.
        told = [fact for fact in story if fact.at < order_days.end][: events - len(facts)]
        of_users += sum(fact.topic == USER_TOPIC for fact in told)
        facts += told
    return facts


def _arrival_time(rng: Random, at: int, late: float) -> int:
    if rng.random() < late:
        return at + rng.randrange(MINUTE, 3 * DAY)
    return at + rng.randrange(150, 4 * SECOND)


def _event_id(rng: Random, style: Style, at: int) -> str:
    """Half of the producers make UUIDs of version 4, half of version 7 (RFC 9562)."""
    content = rng.getrandbits(128)
    if content & 1:
        event_id = made_at(at, content.to_bytes(16))
    else:
        event_id = str(UUID(int=content, version=4))
    if style != "plain" and rng.random() < 0.002:
        return (event_id + "é" * 256).encode()[:512].decode()  # exactly as long as allowed
    return event_id


def _copy(rng: Random, original: Arrival, anywhere: bool, partitions: int) -> Arrival:
    partition = original.partition
    if anywhere and partitions > 1 and rng.random() < 0.5:
        partition = (partition + rng.randrange(1, partitions)) % partitions
    at = original.at + rng.randrange(SECOND, rng.choice((MINUTE, 2 * DAY)))
    return Arrival(at, original.topic, partition, original.key, original.value)


def _broken(
    rng: Random,
    sent: Sequence[tuple[Fact, str, int]],
    kinds: Sequence[str],
    *,
    count: int,
    partitions: int,
    cloud_events: float,
) -> Iterator[Arrival]:
    """Break copies of events, kind after kind, a third of them under the event's own id."""
    suitable = {
        kind: [entry for entry in sent if applies(kind, entry[0])]
        for kind in rng.sample(list(kinds), len(kinds))
    }
    usable = [kind for kind, entries in suitable.items() if entries]
    for number in range(count if usable else 0):
        kind = usable[number % len(usable)]
        fact, event_id, at = rng.choice(suitable[kind])
        if rng.random() < 2 / 3:
            event_id = _event_id(rng, "plain", fact.at)
        value = break_(rng, kind, fact, event_id, cloud_events)
        # Before the event or after it: a broken copy uses up no id.
        at += rng.randrange(-20 * MINUTE, 20 * MINUTE)
        place = partition_of(fact.key, partitions)
        yield Arrival(at, fact.topic, place, fact.key, value, broken=kind)


def _numbered(arrivals: list[Arrival]) -> Traffic:
    result = Traffic({USER_TOPIC: [], ORDER_TOPIC: []})
    ends: Counter[tuple[str, int]] = Counter()
    for arrival in sorted(arrivals, key=lambda arrival: arrival.at):
        place = (arrival.topic, arrival.partition)
        record = LogRecord(
            arrival.topic, arrival.partition, ends[place], arrival.value,
            arrival.key.encode(), arrival.at,
        )  # fmt: skip
        ends[place] += 1
        result.records[arrival.topic].append(record)
        if arrival.broken is not None:
            result.broken[record.coordinate] = arrival.broken
    return result
