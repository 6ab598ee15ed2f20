"""What can hold a log: a topic, a file of events, an archive of Kafka records.

A new source is one more class here, and passes `test_every_source.py` unchanged.
"""

from __future__ import annotations

import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import zstandard

from sc_analytics_cli.event import LogRecord
from sc_analytics_cli.source.file.log import FileSource
from sc_analytics_cli.source.kafka.log import KafkaSource
from sc_analytics_cli.source.port import Source
from tests.contract.sources.broker import new_topic, put
from tests.contract.sources.reading import Plain, plain

Contents = Mapping[int, Sequence[LogRecord]]
"""Partition → its records; offsets count from 0."""

PACKINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


@dataclass
class Filled:
    """A source and what it must hand over of `topic`, by partition."""

    source: Source
    topic: str
    expected: dict[str, list[Plain]]

    @property
    def partition(self) -> str:
        """The partition with the most records."""
        return max(self.expected, key=lambda name: len(self.expected[name]))

    def within(self, name: str, start: int, end: int) -> list[Plain]:
        """The records that a span must bring."""
        return [each for each in self.expected[name] if start <= each.offset < end]


class Medium(ABC):
    """A way to keep a log that can be read as a source."""

    whole_records: ClassVar[bool] = True
    """Whether keys, timestamps, headers, tombstones and several partitions are kept."""

    @abstractmethod
    def fill(self, contents: Contents) -> Filled:
        """Put the records on it and open it; partitions without records are put on it too."""


class OnKafka(Medium):
    """A topic of its own on a real broker."""

    def __init__(self, servers: str, opens: type[KafkaSource]) -> None:
        self._servers = servers
        self._opens = opens

    def fill(self, contents: Contents) -> Filled:
        """See Medium.fill."""
        topic = new_topic(self._servers, max(contents) + 1)
        put(self._servers, topic, contents)
        expected = {
            f"{topic}/{number}": [plain(record) for record in records]
            for number, records in contents.items()
        }
        return Filled(self._opens(self._servers, timeout=10.0), topic, expected)


class AsLines(Medium):
    """The values alone, a line each, at their line numbers."""

    whole_records = False

    def __init__(self, folder: Path, packing: str) -> None:
        self._folder = folder
        self._packing = packing

    def fill(self, contents: Contents) -> Filled:
        """See Medium.fill."""
        values = [record.value or b"" for records in contents.values() for record in records]
        source = _written(self._folder, self._packing, values)
        expected = [Plain(number, value) for number, value in enumerate(values, 1) if value]
        named = dict.fromkeys(source.partitions(["any"]), expected)
        return Filled(source, "any", named)


class AsArchive(Medium):
    """As `kcat -J` prints it, the partitions in turns."""

    def __init__(self, folder: Path, packing: str) -> None:
        self._folder = folder
        self._packing = packing

    def fill(self, contents: Contents) -> Filled:
        """See Medium.fill; a partition without records leaves no trace."""
        at = [(record.offset, number, record) for number, of in contents.items() for record in of]
        lines = [kcat("archived", number, record) for _, number, record in sorted(at)]
        source = _written(self._folder, self._packing, lines)
        expected = {
            f"archived/{number}": [plain(record) for record in records]
            for number, records in contents.items()
            if records
        }
        return Filled(source, "archived", expected)


def _written(folder: Path, packing: str, lines: Iterable[bytes]) -> FileSource:
    path = folder / f"{uuid4().hex}.ndjson{packing}"
    path.write_bytes(PACKINGS[packing](b"".join(line + b"\n" for line in lines)))
    return FileSource(str(path))


def kcat(topic: str, partition: int, record: LogRecord) -> bytes:
    """The line that `kcat -J` prints for a record."""
    line = {
        "topic": topic,
        "partition": partition,
        "offset": record.offset,
        "tstype": "create",
        "ts": record.timestamp,
        "broker": 1,
        "headers": [_text(part) for header in record.headers for part in header],
        "key": _text(record.key),
        "payload": _text(record.value),
    }
    if not record.headers:
        del line["headers"]
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def _text(part: str | bytes | None) -> str | None:
    return part.decode() if isinstance(part, bytes) else part
