"""Checks that traffic is what it says, and that its outcome depends on no interleaving."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from .breakage import ALL_KINDS
from .documents import TOPIC_OF, LogRecord, expected, lines_of
from .spelling import Style
from .traffic import Traffic, partition_of, traffic


def interleaved(records: list[LogRecord], rng: Random) -> list[LogRecord]:
    """Return the records in another order that keeps the order of each partition."""
    waiting: dict[int, list[LogRecord]] = {}
    for record in reversed(records):
        waiting.setdefault(record.partition, []).append(record)
    result: list[LogRecord] = []
    while waiting:
        partition = rng.choice(sorted(waiting))
        taken = min(rng.choice((1, 5, 1000)), len(waiting[partition]))
        result.extend(waiting[partition].pop() for _ in range(taken))
        if not waiting[partition]:
            del waiting[partition]
    return result


@pytest.fixture(scope="module", params=["plain", "varied", "hostile"])
def sent(request: pytest.FixtureRequest) -> Traffic:
    """Return some traffic of each style, dense with everything that is unusual."""
    style: Style = request.param
    return traffic(
        seed=11,
        events=6_000,
        days=12,
        style=style,
        duplicates=0.1,
        late=0.2,
        malformed=0.05,
        foreign_types=True,
    )


@pytest.mark.parametrize("projection", TOPIC_OF)
def test_outcome_does_not_depend_on_the_interleaving(sent: Traffic, projection: str) -> None:
    first = expected(projection, sent.of(projection), timezone="America/New_York", currency="EUR")
    assert len(first.documents) > 10
    for seed in range(4):
        other = interleaved(sent.of(projection), Random(seed))
        assert other != sent.of(projection)
        found = expected(projection, other, timezone="America/New_York", currency="EUR")
        assert found == first


def test_dead_letters_are_the_broken_records_and_no_others(sent: Traffic) -> None:
    found = {at for name in TOPIC_OF for at in expected(name, sent.of(name)).dead_letters}
    assert found == set(sent.broken)
    assert set(sent.broken.values()) == set(ALL_KINDS)


def test_numbers_keys_and_copies(sent: Traffic) -> None:
    copies = elsewhere = 0
    for records in sent.records.values():
        assert [record.timestamp_ms for record in records] == sorted(
            record.timestamp_ms for record in records
        )
        first: dict[bytes, int] = {}
        for record in records:
            assert record.key is not None
            home = partition_of(record.key.decode(), 6)
            if record.value in first:
                copies += 1
                elsewhere += record.partition != home
            elif record.value is not None:
                first[record.value] = record.partition
                assert record.coordinate in sent.broken or record.partition == home
        for partition in range(6):
            offsets = [record.offset for record in records if record.partition == partition]
            assert offsets == list(range(len(offsets)))
    assert 0.08 < copies / 6_000 < 0.12
    assert 0.25 < elsewhere / copies < 0.6


def test_the_same_seed_gives_the_same_traffic_and_another_seed_another() -> None:
    first = traffic(seed=1, events=500, days=3)
    assert traffic(seed=1, events=500, days=3) == first
    assert traffic(seed=2, events=500, days=3) != first


def test_facts_are_the_same_in_every_style() -> None:
    plain, varied, hostile = (
        traffic(seed=5, events=2_000, days=5, style=style, malformed=0)
        for style in ("plain", "varied", "hostile")
    )
    for name in ("user-lifecycle", "order-funnel"):
        documents = expected(name, plain.of(name)).documents
        assert len(documents) == 5
        assert expected(name, varied.of(name)).documents == documents
        assert expected(name, hostile.of(name)).documents == documents


def test_another_topics_types_are_skipped() -> None:
    usual, foreign = (
        traffic(seed=5, events=2_000, days=5, unlisted=0.1, foreign_types=choice)
        for choice in (False, True)
    )
    for name in TOPIC_OF:
        found = expected(name, foreign.of(name))
        assert found.documents == expected(name, usual.of(name)).documents


def test_files_hold_what_the_topics_hold(tmp_path: Path) -> None:
    sent = traffic(seed=3, events=3_000, days=6, text_only=True, malformed=0.05, style="hostile")
    sent.as_ndjson(tmp_path / "events.ndjson")
    sent.as_kcat(tmp_path / "events.kcat")
    lines = (tmp_path / "events.kcat").read_bytes().splitlines()
    envelopes = [json.loads(line) for line in lines]
    assert len(envelopes) == sum(map(len, sent.records.values()))
    archive = [
        LogRecord(
            envelope["topic"],
            envelope["partition"],
            envelope["offset"],
            None if envelope["payload"] is None else envelope["payload"].encode(),
            envelope["key"].encode(),
            envelope["ts"],
        )
        for envelope in envelopes
    ]
    assert archive == list(sent.arrivals())
    for name, topic in TOPIC_OF.items():
        wanted = expected(name, sent.of(name))
        assert expected(name, [r for r in archive if r.topic == topic]) == wanted
        assert expected(name, lines_of(tmp_path / "events.ndjson")).documents == wanted.documents


def test_bad_utf8_has_no_kcat_form(tmp_path: Path) -> None:
    sent = traffic(seed=3, events=500, days=2, malformed=0.1)
    with pytest.raises(UnicodeDecodeError):
        sent.as_kcat(tmp_path / "events.kcat")
