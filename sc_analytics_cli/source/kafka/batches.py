"""Fetched batches of records, in the place of the driver's own way of reading them.

Two reasons. Kafka takes any bytes for the name of a header; the driver cannot read
such a record, and every later poll fails at the same place: one would stop a
consumer for ever. And the driver spends most of a poll on what nobody here asks
for: sizes, checksums and deserializers of each record, two objects for it, a call
for each of its integers (docs/performance.md).

It stands in for a private method of kafka-python: its contract suite shows that
it still fits when the driver is upgraded (stand_in.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.protocol.consumer import IsolationLevel

from ...event import LogRecord
from .records import records_of
from .stand_in import stand_in

_VERSION_2: Final = 2
"""The first format with producers, transactions and headers (KIP-98)."""


def read_by_batch() -> None:
    """From here on, every consumer of this process reads batches as this module does."""
    stand_in(Fetcher.PartitionRecords, "_unpack_records", _unpack_records)


def _unpack_records(
    fetched: Any, partition: Any, batches: Any, key_deserializer: None, value_deserializer: None
) -> Iterator[LogRecord]:
    """The records of all batches that have come whole, without what was aborted.

    `fetched` is told with each record, and behind each batch, where reading goes on.
    Raises CorruptRecordError, with the batch's place, where one does not have its
    checksum or cannot be taken apart.
    """
    while (batch := batches.next_batch()) is not None:
        fetched.bytes_read += batch.size_in_bytes
        try:
            yield from _records(fetched, batch)
        except CorruptRecordError as error:
            place = f"{partition.topic}/{partition.partition}:{batch.base_offset}"
            raise CorruptRecordError(f"the batch at {place}: {error}") from error
    fetched.drain()


def _records(fetched: Any, batch: Any) -> Iterator[LogRecord]:
    if fetched.check_crcs and not batch.validate_crc():
        raise CorruptRecordError("it has another checksum")
    if batch.magic < _VERSION_2:
        for old in batch:
            fetched.next_fetch_offset = old.offset + 1
            yield LogRecord(old.offset, old.value, old.key, old.timestamp)
        return
    fetched.leader_epoch = batch.leader_epoch
    if not _is_passed_over(fetched, batch):
        for record in records_of(batch):
            fetched.next_fetch_offset = record[0] + 1
            yield record
    # Behind the batch, not its last record: compaction may have removed the last ones.
    fetched.next_fetch_offset = batch.next_offset


def _is_passed_over(fetched: Any, batch: Any) -> bool:
    """Whether it holds the mark of a transaction's end, or what was aborted (KIP-98).

    Compaction may have removed the mark, and left the batch.
    """
    if fetched.isolation_level != IsolationLevel.READ_COMMITTED or not batch.has_producer_id():
        return bool(batch.is_control_batch)
    fetched._consume_aborted_transactions_up_to(batch.last_offset)
    if not batch.is_control_batch:
        return bool(fetched._is_batch_aborted(batch))
    if batch.records_count and fetched._contains_abort_marker(batch):
        fetched.aborted_producer_ids.discard(batch.producer_id)
    return True
