"""A link to MongoDB that can be made to answer nothing more, and tells when it is waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_BLOCK = 65_536


class Stalling:
    """Passes bytes on to a server until `stall`; then what is asked of the store is swallowed.

    Handshakes and replies that are under way still pass: a client that lost one of those would
    begin a connection anew, and never come to ask anything.
    """

    def __init__(self, uri: str) -> None:
        self._server = (urlsplit(uri).hostname, urlsplit(uri).port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stalled = threading.Event()
        self._waiting = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def uri(self, database: str) -> str:
        """The address of a database by way of this link."""
        port = self._listener.getsockname()[1]
        return f"mongodb://127.0.0.1:{port}/{database}?directConnection=true"

    def stall(self) -> None:
        """Let no command on the product's collections through any more."""
        self._stalled.set()

    def is_waited_for(self) -> bool:
        """Whether something was asked of them since the stall."""
        return self._waiting.is_set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for each in (self._listener, *self._open):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._open += [client, server]
            for ends in ((client, server, self._is_swallowed), (server, client, _never)):
                threading.Thread(target=_pump, args=ends, daemon=True).start()

    def _is_swallowed(self, asked: bytes) -> bool:
        swallowed = self._stalled.is_set() and b"analytics_" in asked
        if swallowed:
            self._waiting.set()
        return swallowed


def _never(answered: bytes) -> bool:
    return False


def _pump(
    source: socket.socket, target: socket.socket, is_swallowed: Callable[[bytes], bool]
) -> None:
    try:
        while data := source.recv(_BLOCK):
            if not is_swallowed(data):
                target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
