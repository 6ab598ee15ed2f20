"""What a consumer group gives to this process and takes from it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from kafka import ConsumerRebalanceListener, TopicPartition

_NOWHERE = 0


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes what the group gives and takes.

    It runs on the driver's I/O thread and must neither wait nor ask the store:
    a new partition is paused, at a position of no meaning, until the caller seeks.
    """

    def __init__(self) -> None:
        self.consumer: Any = None
        self._lock = threading.Lock()
        self._taken: set[TopicPartition] = set()
        self._decided = False

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Hold back what is new."""
        for partition in assigned:
            self.consumer.pause(partition)
            self.consumer.seek(partition, _NOWHERE)
        with self._lock:
            self._taken.update(assigned)
            self._decided = True

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Forget what is new no longer."""
        with self._lock:
            self._taken.difference_update(revoked)
            self._decided = False

    def take(self) -> tuple[set[TopicPartition], bool]:
        """What was given since last asked and is still ours; whether the group has decided.

        It has not before the first answer, and between taking all back and giving anew.
        """
        with self._lock:
            taken, self._taken = self._taken, set()
            return taken, self._decided
