"""The least of Kafka's protocol: one metadata request, to know that a broker serves clients.

Spoken here rather than through a client library, which would retry, log and keep threads where a
plain yes or no is wanted twenty times a second.
"""

import socket
import struct

_METADATA = 3
_VERSION = 1  # the first that has the controller; every broker since 0.10 answers it
_CORRELATION = 1
_CLIENT = b"readiness"
_LARGEST = 1024 * 1024


def serves_clients(host: str, port: int, timeout: float = 2.0) -> bool:
    """Tell whether the broker there answers, is itself in service and has a controller."""
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(_request())
            size: int = struct.unpack(">i", _read(connection, 4))[0]
            if not 0 < size <= _LARGEST:
                return False  # not Kafka
            response = _read(connection, size)
        return _has_broker_and_controller(response)
    except (OSError, struct.error):
        return False


def _request() -> bytes:
    header = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(_CLIENT)) + _CLIENT
    message = header + struct.pack(">i", 0)  # of no topics
    return struct.pack(">i", len(message)) + message


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError("closed in the middle of an answer")
        data += chunk
    return data


def _has_broker_and_controller(response: bytes) -> bool:
    _, brokers = struct.unpack_from(">ii", response)
    at = 8
    for _ in range(brokers):
        at += 4  # node id
        at += _string_size(response, at)  # host
        at += 4  # port
        at += _string_size(response, at)  # rack
    controller: int = struct.unpack_from(">i", response, at)[0]
    return brokers > 0 and controller >= 0


def _string_size(response: bytes, at: int) -> int:
    length: int = struct.unpack_from(">h", response, at)[0]
    return 2 + max(0, length)
