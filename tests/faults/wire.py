"""As much of two wire protocols as tells one request from another and finds its reply."""

from __future__ import annotations

import socket
import struct
from typing import ClassVar
from typing import Protocol as Interface

from bson import decode


class Protocol(Interface):
    """Splits a stream into messages and names them."""

    def read(self, stream: socket.socket) -> bytes:
        """The next whole message; raises EOFError at the end."""
        ...

    def request(self, message: bytes) -> tuple[str, int]:
        """A request's name and number."""
        ...

    def reply(self, message: bytes) -> int:
        """The number of the request that is answered."""
        ...


def receive_exactly(stream: socket.socket, size: int) -> bytes:
    """So many bytes; raises EOFError where the stream ends before."""
    parts = bytearray()
    while len(parts) < size:
        part = stream.recv(min(65_536, size - len(parts)))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


class Mongo:
    """MongoDB's wire protocol: little-endian header, OP_MSG; a request is named by its command."""

    _OP_MSG = 2013

    def read(self, stream: socket.socket) -> bytes:
        """See Protocol.read."""
        head = receive_exactly(stream, 16)
        (size,) = struct.unpack_from("<i", head)
        return head + receive_exactly(stream, size - 16)

    def request(self, message: bytes) -> tuple[str, int]:
        """See Protocol.request."""
        _, number, _, code = struct.unpack_from("<iiii", message)
        if code != self._OP_MSG or message[20] != 0:
            return "hello", number
        (size,) = struct.unpack_from("<i", message, 21)
        return next(iter(decode(message[21 : 21 + size]))), number

    def reply(self, message: bytes) -> int:
        """See Protocol.reply."""
        return int(struct.unpack_from("<i", message, 8)[0])


class Kafka:
    """Kafka's: big-endian length first; a request is named by its API key's number."""

    NAMES: ClassVar = {
        0: "produce", 1: "fetch", 2: "offsets", 3: "metadata", 8: "commit", 9: "committed",
        10: "coordinator", 11: "join", 12: "heartbeat", 13: "leave", 14: "sync",
    }  # fmt: skip

    def read(self, stream: socket.socket) -> bytes:
        """See Protocol.read."""
        head = receive_exactly(stream, 4)
        (size,) = struct.unpack(">i", head)
        return head + receive_exactly(stream, size)

    def request(self, message: bytes) -> tuple[str, int]:
        """See Protocol.request."""
        key, _, number = struct.unpack_from(">hhi", message, 4)
        return self.NAMES.get(key, str(key)), number

    def reply(self, message: bytes) -> int:
        """See Protocol.reply."""
        return int(struct.unpack_from(">i", message, 4)[0])
