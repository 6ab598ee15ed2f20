"""Receiving from a socket: all that has come, and why no more will, as the driver's own way."""

import os
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import KafkaConnectionError
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

from sc_analytics_cli.source.kafka import receiving
from tests.servers.certificates import Authority

Received = Callable[[Any], tuple[bytes, Exception | None]]
OWN_WAYS = (KafkaTCPTransport._sock_recv, KafkaSSLTransport._sock_recv)
WAYS = [*(pytest.param(way, id=way.__qualname__) for way in OWN_WAYS), receiving._sock_recv]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A broker's end of a connection, and ours, which does not block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    ours.setblocking(False)
    with ours, theirs:
        yield theirs, ours


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [0, 1, 4096, 70_000, 600_000])
def test_all_that_has_come(
    way: Received, size: int, ends: tuple[socket.socket, socket.socket]
) -> None:
    theirs, ours = ends
    sent = os.urandom(size)
    theirs.setblocking(False)
    written = theirs.send(sent) if sent else 0
    found = b""
    while len(found) < written:
        more, error = way(SimpleNamespace(_sock=ours))
        assert error is None
        found += more
    assert found == sent[:written]
    assert way(SimpleNamespace(_sock=ours)) == (b"", None)


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_is_closed(
    way: Received, ends: tuple[socket.socket, socket.socket]
) -> None:
    """What came before is handed over with the error."""
    theirs, ours = ends
    theirs.sendall(b"the last")
    theirs.close()
    found, error = _until_error(way, ours)
    assert found == b"the last"
    assert isinstance(error, KafkaConnectionError)


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_is_reset(
    way: Received, ends: tuple[socket.socket, socket.socket]
) -> None:
    theirs, ours = ends
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    found, error = _until_error(way, ours)
    assert found == b""
    assert isinstance(error, KafkaConnectionError)


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("size", [1, 16_384, 400_000])
def test_nothing_that_tls_has_decrypted_is_left(
    way: Received, size: int, ends: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    """It would wake nobody: a fetch would wait for the next one."""
    authority = Authority(tmp_path, "ours")
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(authority.sign("broker"))
    sent = os.urandom(size)

    def send() -> None:
        with theirs.wrap_socket(ends[0], server_side=True) as broker:
            broker.sendall(sent)

    sending = threading.Thread(target=send)
    sending.start()
    context = ssl.create_default_context(cafile=str(authority.file))
    ends[1].setblocking(True)
    found, error = b"", None
    with context.wrap_socket(ends[1], server_hostname="127.0.0.1") as ours:
        ours.setblocking(False)
        while error is None:
            select.select([ours], [], [], 30)
            more, error = way(SimpleNamespace(_sock=ours))
            found += more
            assert ours.pending() == 0
    sending.join()
    assert found == sent
    assert isinstance(error, KafkaConnectionError)


def _until_error(way: Received, ours: socket.socket) -> tuple[bytes, Exception]:
    found = b""
    while True:
        more, error = way(SimpleNamespace(_sock=ours))
        found += more
        if error is not None:
            return found, error
