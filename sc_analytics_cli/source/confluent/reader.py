"""Spans of Kafka partitions by assignment: no group, no commit."""

from __future__ import annotations

import time
from collections.abc import Mapping

from confluent_kafka import KafkaError

from ...event import Chunk
from ..kafka.connection import Connection
from ..kafka.polling import Silence
from ..kafka.topics import nothing_comes
from ..port import Span
from .client import consumer, place, translated
from .polling import Run, fetched, sorted_out
from .reasons import Reasons

_GROUP = "sc-analytics-reader"
"""The driver wants a name; nobody joins it, and nothing is committed."""

_OF_THE_GROUP = (KafkaError.GROUP_AUTHORIZATION_FAILED,)
"""It also asks who coordinates that group; without the right to know, reading goes on."""


class ConfluentReader:
    """Implements Reader."""

    def __init__(self, connection: Connection, spans: Mapping[str, Span]) -> None:
        """`spans` are not empty, and lie within the bounds of their partitions."""
        self._connection = connection
        self._ends = {name: end for name, (_, end) in spans.items()}
        self._at = {name: start for name, (start, _) in spans.items()}
        self._silence = Silence(connection.timeout)
        self._reasons = Reasons()
        self._waiting = [place(name, start) for name, start in self._at.items()]
        self._consumer = consumer(connection, self._reasons.note, **{"group.id": _GROUP})

    @property
    def done(self) -> bool:
        """See Reader.done."""
        return not self._ends

    def poll(self, timeout: float, limit: int) -> list[Chunk]:
        """See Reader.poll. Raises UnreachableError after `timeout` seconds without progress."""
        if self.done:
            return []
        began = time.monotonic()
        self._begin()
        messages = fetched(self._consumer, self._connection, timeout, limit)
        found = sorted_out(messages, self._connection, _OF_THE_GROUP)
        chunks = [
            self._chunk(name, run)
            for name, run in found.items()
            if name in self._ends and run.end > self._at[name]
        ]
        if self._silence.lasts(began, bool(chunks)):
            nothing_comes(
                self._connection, {name: self._at[name] for name in self._ends}, self._reasons.last
            )
        return chunks

    def close(self) -> None:
        """See Reader.close."""
        self._consumer.close()

    def _begin(self) -> None:
        """Let the driver fetch; it would do so at once, whether we are polled or not."""
        if self._waiting:
            with translated(self._connection):
                self._consumer.assign(self._waiting)
            self._waiting = []

    def _chunk(self, name: str, run: Run) -> Chunk:
        """Records up to the span's end; the first beyond it shows that the end is reached."""
        end, start, records = self._ends[name], self._at[name], run.records
        upto = min(end, run.end)
        if records and records[-1].offset >= end:
            records = [record for record in records if record.offset < end]
        self._at[name] = upto
        if upto >= end:
            del self._ends[name]
            with translated(self._connection):
                self._consumer.pause([place(name)])
        return Chunk(name, start, upto, records, run.topic)
