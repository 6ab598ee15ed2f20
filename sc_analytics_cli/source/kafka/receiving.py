"""Receiving from a broker, in the place of the driver's own way.

The driver asks its socket for 4 kB at a time. Each time it lets go of the
interpreter, and while a batch is decoded it waits until it has it back: fetches
came no faster than that (docs/performance.md).

It stands in for a private method of kafka-python: its contract suite shows that
it still fits when the driver is upgraded (stand_in.py).
"""

from __future__ import annotations

import ssl
from typing import Any, Final

from kafka.errors import KafkaConnectionError
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

from .stand_in import stand_in

CLOSED: Final = "the broker has closed the connection"
"""What the error says where the broker did that."""

_BLOCK: Final = 256 * 1024
"""Much of what a kernel keeps for a connection by itself, so that few calls empty it."""

_NOTHING_MORE: Final = (
    BlockingIOError,
    InterruptedError,
    ssl.SSLWantReadError,
    ssl.SSLWantWriteError,
)


def receive_in_blocks() -> None:
    """From here on, every connection of this process receives as this module does."""
    for transport in (KafkaTCPTransport, KafkaSSLTransport):
        stand_in(transport, "_sock_recv", _sock_recv)


def _sock_recv(transport: Any) -> tuple[bytes, KafkaConnectionError | None]:
    """All that has come, and what is wrong with the connection.

    It asks until nothing is left: what TLS has decrypted already wakes nobody.
    """
    received: list[bytes] = []
    try:
        while data := transport._sock.recv(_BLOCK):
            received.append(data)
    except _NOTHING_MORE:
        return b"".join(received), None
    except Exception as error:  # noqa: BLE001 - it ends the connection, and is raised to who waits
        return b"".join(received), KafkaConnectionError(error)
    return b"".join(received), KafkaConnectionError(CLOSED)
