"""Polling the driver: broken connections are its own business, silence is ours."""

from __future__ import annotations

import time
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import RetriableError

_PAUSE = 0.1

Polled = dict[TopicPartition, list[Any]]
"""Records by partition, as the driver hands them over."""


def polled(consumer: KafkaConsumer, timeout: float, limit: int) -> Polled:
    """What the driver has; nothing where a connection broke, since it connects again by itself."""
    try:
        found: Polled = consumer.poll(int(timeout * 1000), limit)
        return found
    except RetriableError:
        time.sleep(min(timeout, _PAUSE))
        return {}


class Silence:
    """The seconds that polling has brought nothing for.

    What the caller does between two polls is not counted: a slow store is no
    sign that the broker is away.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._seconds = 0.0

    def lasts(self, began: float, heard: bool) -> bool:
        """Count a poll that began at `began` (monotonic); whether the limit is passed by now."""
        self._seconds = 0.0 if heard else self._seconds + time.monotonic() - began
        return self._seconds > self._limit

    def end(self) -> None:
        """Begin counting anew."""
        self._seconds = 0.0
