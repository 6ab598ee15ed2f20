"""Whether the name of a topic still means the topic that it meant before."""

from __future__ import annotations

import time
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import RetriableError

from ...errors import NotThereError

_PAUSE = 0.1


class Identity:
    """Asks the cluster what it calls a topic now.

    A topic that is deleted and created again is another log; the driver goes on with
    it where it was in the old one until it renews its metadata, which may take half
    a minute. Records that were fetched before the question was asked are of the topic
    that the answer names, or of an older one.
    """

    def __init__(self, consumer: KafkaConsumer, topic: str, patience: float) -> None:
        """The first name that is heard counts; a cluster is asked for `patience` seconds."""
        self._consumer = consumer
        self._topic = topic
        self._patience = patience
        self._topic_id: Any = None

    def check(self) -> None:
        """By what the driver knows; raises NotThereError where the name means another topic.

        Before Kafka 2.8 there is nothing to know, and a topic that is gone has no name.
        """
        topic_id = self._consumer._cluster.topic_id(self._topic)
        self._topic_id = self._topic_id or topic_id
        if topic_id != self._topic_id and topic_id is not None:
            raise NotThereError(f"{self._topic} was deleted and created again while it was read")

    def ask(self) -> None:
        """Ask the cluster, then `check`; raises what the driver does where nobody answers."""
        cluster, network = self._consumer._cluster, self._consumer._net
        deadline = time.monotonic() + self._patience
        # A question that is under way may have been put before the records came.
        questions = 2 if cluster.metadata_refresh_in_progress else 1
        while questions:
            try:
                network.run(cluster.refresh_metadata)
                questions -= 1
            except RetriableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
        self.check()
