"""Whether the name of a topic still means the topic that it meant before."""

from __future__ import annotations

import time
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import RetriableError

from ...errors import NotThereError

_PAUSE = 0.1


class Identity:
    """Asks the cluster what it calls a topic, while the caller does something else.

    A topic that is deleted and created again is another log; the driver goes on with
    it where it was in the old one until it renews its metadata, which may take half
    a minute. Records that were fetched before the question was asked are of the topic
    that the answer names, or of an older one.
    """

    def __init__(self, consumer: KafkaConsumer, topic: str, patience: float) -> None:
        """The first name that is heard counts; answers are waited for `patience` seconds."""
        self._consumer = consumer
        self._topic = topic
        self._patience = patience
        self._topic_id: Any = None
        self._answer: Any = None
        self._stale = False

    def ask(self) -> None:
        """Put the question; a renewal that is under way may have begun before the records came."""
        cluster, network = self._consumer._cluster, self._consumer._net
        self._stale = cluster.metadata_refresh_in_progress
        self._answer = network.call_soon_with_future(cluster.refresh_metadata)

    def confirm(self) -> None:
        """Wait for the answer, if there is a question, and `check`.

        Raises what the driver does where nobody answers in time.
        """
        deadline = time.monotonic() + self._patience
        while self._answer is not None:
            answer, self._answer = self._answer, None
            left = max(0.0, deadline - time.monotonic())
            try:
                manager = self._consumer._manager
                self._consumer._net.run(manager.wait_for, answer, int(left * 1000))
            except RetriableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
                self.ask()
            else:
                if self._stale:
                    self.ask()
        self.check()

    def check(self) -> None:
        """By what the driver knows; raises NotThereError where the name means another topic.

        Before Kafka 2.8 there is nothing to know, and a topic that is gone has no name.
        """
        topic_id = self._consumer._cluster.topic_id(self._topic)
        self._topic_id = self._topic_id or topic_id
        if topic_id != self._topic_id and topic_id is not None:
            raise NotThereError(f"{self._topic} was deleted and created again while it was read")
