"""A record as the rest of the product wants it, over the driver's message."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from operator import methodcaller

from confluent_kafka import Message

_headers = methodcaller("headers")
"""Asks a message; called so, a text that the driver could not make is an error here and now."""


class ConfluentRecord:
    """Implements Record; what only dead letters need is asked for when it is wanted."""

    __slots__ = ("_message", "offset", "value")

    def __init__(self, message: Message) -> None:
        self._message = message
        self.offset: int = message.offset()  # type: ignore[assignment]
        self.value = message.value()

    @property
    def key(self) -> bytes | None:
        """See Record.key."""
        return self._message.key()

    @property
    def timestamp(self) -> int | None:
        """See Record.timestamp."""
        return self._message.timestamp()[1]

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """See Record.headers; a name that is no UTF-8 is a question mark.

        The driver fails to make a text of such a name, once, and leaves a hole in
        its place that must not be touched; only what is there is listed.
        """
        try:
            return _headers(self._message) or ()
        except SystemError:
            pass
        found: list[tuple[str, bytes | None]] = []
        for pair in _headers(self._message):
            parts = gc.get_referents(pair)
            found.append(tuple(pair) if len(parts) == 2 else ("?", *parts))
        return found
