"""Real processes on the real servers end at random instants, one after the other, in each command.

Nothing is cleaned up (`os._exit` between two steps); the next one goes on. Afterwards
the command is run to its end, and the documents are the oracle's.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from pymongo import MongoClient

from tests.integration.databases import fresh_database
from tests.integration.documents import collection_of, stored
from tests.integration.product import PATIENCE, Product
from tests.integration.topics import Log, new_log
from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .mortal import DIED

DEATHS = 3
LATEST = 70
MENDED = "2031-05-05"
TYPES = {
    "user-lifecycle": ("user.created", "registrations"),
    "order-funnel": ("order.created", "orders_created"),
    "revenue": ("order.payment_succeeded", "paid_orders"),
}
Counted = Callable[[str, object], None]


class Dying(Product):
    """Runs commands in processes that end before their time."""

    def dies(self, instant: int, *arguments: str) -> bool:
        """Whether the command came to that instant, and so died there."""
        line = [sys.executable, "-m", "tests.faults.mortal", str(instant), *arguments]
        done = subprocess.run(
            [*line, *self._flags], env=self._environment, capture_output=True, timeout=PATIENCE
        )
        assert done.returncode in (0, DIED), done.stderr.decode()
        return done.returncode == DIED


@pytest.fixture(scope="module")
def log(kafka: KafkaServer) -> Log:
    """A thousand events, the unusual ones among them."""
    made = new_log(seed=41, events=1_000, days=4)
    made.publish(kafka.bootstrap_servers)
    return made


@pytest.mark.parametrize("projection", TYPES)
def test_each_command_is_finished_by_those_that_come_after(
    kafka: KafkaServer,
    mongo: MongoServer,
    log: Log,
    projection: str,
    seed: int,
    record_property: Counted,
) -> None:
    """Consume, replay, backfill of spoilt documents, and a dead letter that can be read now."""
    chance = random.Random(seed)
    expected = log.expected()[projection].documents
    deaths = 0

    def finish(*command: str) -> None:
        nonlocal deaths
        for _ in range(DEATHS):
            deaths += product.dies(chance.randrange(LATEST), *command)
        product.ok(*command)

    with fresh_database(mongo) as uri, MongoClient(uri) as client:
        flags = (*log.flags, "--flush-records", "150", "--session-timeout", "1s")
        product = Dying(kafka.bootstrap_servers, uri, *flags)
        documents = client.get_default_database()[collection_of(projection)]
        finish("consume", projection, "--until-end")
        assert stored(uri, projection) == expected, f"seed {seed}"
        finish("replay", projection, "--from-offset", "earliest")
        assert stored(uri, projection) == expected, f"seed {seed}"
        documents.update_many({}, {"$inc": {TYPES[projection][1]: 7}})
        documents.delete_one({"_id": min(expected)})
        finish("backfill", projection, "--date", f"{min(expected)}..{max(expected)}", "--yes")
        assert stored(uri, projection) == expected, f"seed {seed}"
        letters = client.get_default_database()["analytics_dead_letters"]
        mended = _mended(projection)
        letters.delete_many({"_id": {"$ne": letters.find_one()["_id"]}})
        letters.update_one({}, {"$set": {"value": mended, "value_bytes": len(mended)}})
        finish("dead-letters", "retry", "--all")
        found = stored(uri, projection)
        assert found.pop(MENDED)[TYPES[projection][1]] == 1, f"seed {seed}"
        assert found == expected, f"seed {seed}"
    assert deaths >= DEATHS
    record_property("real_deaths", deaths)


def _mended(projection: str) -> bytes:
    kind = TYPES[projection][0]
    return (
        b'{"event_id":"mended","event_type":"%s","occurred_at":"%sT12:00:00Z",'
        b'"payload":{"order_id":"mended","amount_cents":1}}' % (kind.encode(), MENDED.encode())
    )
