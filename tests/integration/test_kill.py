"""kill -9 of consumers, again and again, while they are writing."""

from __future__ import annotations

import random
import signal
from typing import Any

import pytest
from pymongo import MongoClient

from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .databases import fresh_database
from .documents import assert_exact
from .product import Product, finish, wait_until
from .topics import new_log

KILLS = 10
EVENTS = 200_000


def absorbed(uri: str, projection: str) -> int:
    """How many offsets the projection's checkpoints say are absorbed."""
    with MongoClient[dict[str, Any]](uri) as client:
        found = client.get_default_database()["analytics_checkpoints"]
        return sum(each["next"] for each in found.find({"projection": projection}))


@pytest.mark.parametrize("projection", ["order-funnel", "revenue"])
def test_ten_kills_lose_and_double_nothing(
    kafka: KafkaServer, mongo: MongoServer, projection: str
) -> None:
    """A consumer killed ten times at random moments leaves exactly the oracle's documents."""
    chance = random.Random(20261123)
    log = new_log(seed=5, events=EVENTS, days=30)
    log.publish(kafka.bootstrap_servers)
    total = len(log.traffic.of(projection))
    with fresh_database(mongo) as uri:
        flags = (*log.flags, "--flush-records", "1000", "--session-timeout", "1s")
        product = Product(kafka.bootstrap_servers, uri, *flags)
        for kill in range(1, KILLS + 1):
            before = absorbed(uri, projection)
            target = max(before + 1, int(total * (kill - chance.random() * 0.5) / (KILLS + 1)))
            process = product.start("consume", projection)
            wait_until(
                lambda target=target: absorbed(uri, projection) >= target,
                what=f"progress to {target} of {total}",
            )
            process.send_signal(signal.SIGKILL)
            assert finish(process).code == -signal.SIGKILL
        assert absorbed(uri, projection) < total, "the kills must hit a run that is not done"
        product.ok("consume", projection, "--until-end")
        assert_exact(uri, projection, log.expected()[projection])
