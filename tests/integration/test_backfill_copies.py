"""Events that a file has counted and the topic holds twice: several workers count each once."""

from __future__ import annotations

from pathlib import Path

from tests.faults.orders import DAY, Orders, counted, created
from tests.servers.kafka import KafkaServer


def test_copies_on_partitions_of_two_workers(
    kafka: KafkaServer, mongo_database: str, tmp_path: Path
) -> None:
    """Each worker meets one of them; nobody will meet the record of the file."""
    names = [f"order-{number}" for number in range(40)]
    orders = Orders(kafka.bootstrap_servers).create()
    product = orders.product(mongo_database)
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"".join(created(name) + b"\n" for name in names))
    product.ok("replay", "order-funnel", "--source", str(file))
    for partition in (0, 1):
        orders.send(names, partition=partition)
    product.ok("consume", "order-funnel", "--until-end")
    for workers in ("2", "1", "2"):
        product.ok("backfill", "order-funnel", "--date", DAY, "--yes", "--workers", workers)
        assert counted(mongo_database) == {DAY: 40}
