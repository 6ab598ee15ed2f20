"""Several consumers of one group, joining and leaving under load."""

from __future__ import annotations

import subprocess
import threading

from tests.servers.kafka import KafkaServer
from tests.servers.mongo import MongoServer

from .broker import create_topics, produce
from .databases import fresh_database
from .documents import assert_exact, raw_documents
from .product import Product, finish, stop, wait_until
from .topics import new_log


def test_joins_and_leaves_under_load_are_exact(kafka: KafkaServer, mongo: MongoServer) -> None:
    """Consumers come, drain and are killed while events are produced; the documents are exact."""
    log = new_log(seed=11, events=60_000)
    topic = log.name("sc.domain.order")
    records = log.records("sc.domain.order")
    create_topics(kafka.bootstrap_servers, {topic: 6})
    producing = threading.Thread(target=_trickle, args=(kafka.bootstrap_servers, records))
    with fresh_database(mongo) as uri:
        flags = (*log.flags, "--flush-records", "500", "--session-timeout", "2s")
        product = Product(kafka.bootstrap_servers, uri, *flags)
        producing.start()
        first = product.start("consume", "order-funnel", "revenue")
        _advance(uri, 4_000)
        second = product.start("consume", "order-funnel", "revenue")
        _advance(uri, 12_000)
        assert stop(first).code == 0, "a drained SIGTERM is a success"
        third = product.start("consume", "order-funnel", "--workers", "2")
        _advance(uri, 20_000)
        second.kill()
        finish(second)
        fourth = product.start("consume", "revenue")
        producing.join()
        product.ok("consume", "order-funnel", "revenue", "--until-end")
        _end(third, fourth)
        for projection in ("order-funnel", "revenue"):
            assert_exact(uri, projection, log.expected()[projection])


def _trickle(servers: str, records: list) -> None:
    for start in range(0, len(records), 2_000):
        produce(servers, records[start : start + 2_000])


def _advance(uri: str, target: int) -> None:
    def there() -> bool:
        checkpoints = raw_documents(uri, "analytics_checkpoints").values()
        return sum(each["next"] for each in checkpoints) >= target

    wait_until(there, what=f"absorbing {target} offsets")


def _end(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        outcome = stop(process)
        assert outcome.code == 0, outcome.err
