"""A link to MongoDB that can be made to fall silent, and tells when somebody waits for it."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_BLOCK = 65_536


class Stalling:
    """Passes bytes on to a server in both directions until `stall`; then only takes them."""

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
        """Let nothing through any more."""
        self._stalled.set()

    def is_waited_for(self) -> bool:
        """Whether something was asked of the product's collections since the stall."""
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
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(_BLOCK):
                if not self._stalled.is_set():
                    target.sendall(data)
                elif b"analytics_" in data:
                    self._waiting.set()
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return
