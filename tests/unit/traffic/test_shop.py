"""The made-up shop: the same for the same seed, in order, believable, and breakable."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice, pairwise, takewhile

import pytest

from sc_analytics_cli.decode.moment import Calendar
from sc_analytics_cli.decode.reader import read
from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.projections.catalog import all_projections
from sc_analytics_cli.settings import Rules
from sc_analytics_cli.traffic.event_json import event_json
from sc_analytics_cli.traffic.happening import Happening
from sc_analytics_cli.traffic.shop import DAY, HOUR, Shop

MIDNIGHT = 20_000 * DAY


def days(shop: Shop, number: int = 1, start: float = MIDNIGHT) -> list[Happening]:
    """So many days of the shop."""
    happenings = shop.happenings(start)
    return list(takewhile(lambda each: each.at < start + number * DAY, happenings))


@pytest.fixture(scope="module")
def day() -> list[Happening]:
    """An ordinary day."""
    return days(Shop(seed=1, rate=0.2))


def names(happenings: list[Happening]) -> Counter[str]:
    return Counter(f"{each.topic}.{each.name}" for each in happenings)


def test_the_same_seed_gives_the_same_day(day: list[Happening]) -> None:
    """And another seed another one; no aggregate is in both."""
    assert days(Shop(seed=1, rate=0.2)) == day
    other = days(Shop(seed=2, rate=0.2))
    assert not {each.key for each in other} & {each.key for each in day}


def test_everything_comes_in_the_order_of_time(day: list[Happening]) -> None:
    """From the beginning on."""
    assert all(before.at <= after.at for before, after in pairwise(day))
    assert day[0].at >= MIDNIGHT


def test_the_rate_is_that_of_a_whole_day(day: list[Happening]) -> None:
    """Within a tenth; evenings are many times as busy as nights."""
    assert len(day) == pytest.approx(0.2 * DAY, rel=0.1)
    by_hour = Counter(int((each.at - MIDNIGHT) // HOUR) for each in day)
    assert by_hour[20] > 5 * by_hour[4]


def test_the_rhythm_is_that_of_local_time() -> None:
    """East of Greenwich the evening comes earlier."""
    east = days(Shop(seed=1, rate=0.2, offset=8 * HOUR))
    by_hour = Counter(int((each.at - MIDNIGHT) // HOUR) for each in east)
    assert by_hour[12] > 5 * by_hour[20]


def test_an_ordinary_day_has_everything_in_it(day: list[Happening]) -> None:
    """Every event type that a projection lists, and orders in every stage from the start."""
    listed = {kind for each in all_projections() for kind in each.readers(Rules())}
    assert listed <= set(names(day))
    assert "order.delivered" in names(list(islice(day, 100)))


def test_most_payments_succeed(day: list[Happening]) -> None:
    """More than nine of ten."""
    found = names(day)
    assert found["order.payment_succeeded"] > 0.9 * found["order.payment_initiated"]


def test_broken_payments_fail_from_then_on() -> None:
    """Most of them; before, the day is an ordinary one."""
    broken = days(Shop(seed=1, rate=0.2, broken_from=MIDNIGHT + 12 * HOUR))
    before = names([each for each in broken if each.at < MIDNIGHT + 12 * HOUR])
    after = names([each for each in broken if each.at >= MIDNIGHT + 12 * HOUR])
    assert before["order.payment_succeeded"] > 0.9 * before["order.payment_initiated"]
    assert after["order.payment_succeeded"] < 0.4 * after["order.payment_initiated"]


@pytest.mark.parametrize("hours", [24, 7, 0])
def test_how_many_events_are_expected_is_about_how_many_happen(hours: int) -> None:
    """Over a whole day the rate, over its first hours less, as the night is quiet."""
    shop = Shop(seed=1, rate=0.2)
    end = MIDNIGHT + hours * HOUR
    happened = sum(each.at < end for each in days(shop))
    assert shop.expected(MIDNIGHT, end) == pytest.approx(happened, rel=0.15)


def test_attributions_come_before_and_after_the_payment(day: list[Happening]) -> None:
    """Both happen often."""
    paid = {each.key: each.at for each in day if each.name == "payment_succeeded"}
    sides = Counter(
        each.at < paid[each.key]
        for each in day
        if each.name == "attribution_recorded" and each.key in paid
    )
    assert min(sides[True], sides[False]) > 50


def test_every_event_can_be_read(day: list[Happening]) -> None:
    """By each projection, without a single dead letter."""
    records = [LogRecord(n, event_json(each, f"id-{n}")) for n, each in enumerate(day)]
    for projection in all_projections():
        found = read(records, projection.readers(Rules()), Calendar("UTC"))
        assert found.dead_letters == []
        assert len(found.events) > 100
    first = json.loads(event_json(day[0], "x"))
    assert first["event_id"] == "x"
    assert first["occurred_at"].endswith("Z")
