"""Why no broker talks to us, as librdkafka sees it."""

from __future__ import annotations

import re

from confluent_kafka import KafkaError

_AFTERWARDS = re.compile(r" \(after \d+ms in state .*", re.DOTALL)


class Reasons:
    """Remembers the last thing that went wrong on the way to a broker."""

    def __init__(self) -> None:
        self.last: str | None = None

    def note(self, error: KafkaError) -> None:
        """Take note; that all brokers are down says no more than what came before it."""
        if error.code() != KafkaError._ALL_BROKERS_DOWN:
            self.last = _AFTERWARDS.sub("", error.str())
