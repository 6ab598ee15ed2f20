"""A TCP proxy on loopback that knows requests from replies, and can spoil any of them.

It stands between the product and a server, and lets everything through until it is
told otherwise:

    with Proxy(server_port, MONGO) as proxy:
        fault = proxy.spoil({"update"}, Fate.LOSE_REPLY, times=2)
        ...
        assert fault.happened == 2

One thread a direction and connection; meant for tests and soak runs, not for load.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

from tests.servers.ports import LOOPBACK, free_ports

from .wire import Protocol

_EVERY = 1_000_000_000
_TICK = 0.05
_RESET = struct.pack("ii", 1, 0)


class Fate(Enum):
    """What becomes of a request.

    RESET: the connection is reset before the server sees it. LOSE_REPLY: the
    server does it, and the connection is reset instead of its reply. SWALLOW:
    the server does it and its reply never comes; the connection stays open.
    DELAY: the reply comes late.
    """

    RESET = "reset"
    LOSE_REPLY = "lose reply"
    SWALLOW = "swallow"
    DELAY = "delay"


@dataclass
class Fault:
    """What is to be spoiled: requests of these names (empty: all), after so many, so often."""

    names: Collection[str]
    fate: Fate
    after: int = 0
    times: int = _EVERY
    seconds: float = 0.0
    happened: int = 0
    seen: int = 0

    def takes(self, name: str) -> bool:
        """Whether this request is one of those; counts it."""
        if self.happened >= self.times or (self.names and name not in self.names):
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.happened += 1
        return True


@dataclass
class _Link:
    """One connection through the proxy, and the replies that are to be spoiled."""

    client: socket.socket
    server: socket.socket
    spoiled: dict[int, Fault] = field(default_factory=dict)

    def reset(self) -> None:
        """Both ends meet a reset connection."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RD)
            end.close()


class Proxy:
    """Listens on a port of its own, or a given one, in front of a server's port."""

    def __init__(self, target: int, protocol: Protocol, port: int | None = None) -> None:
        self.port = port or free_ports(1)[0]
        self.seen: Counter[str] = Counter()
        self._target = target
        self._protocol = protocol
        self._faults: list[Fault] = []
        self._links: list[_Link] = []
        self._lock = threading.Lock()
        self._silent = threading.Event()
        self._refusing = threading.Event()
        self._closed = threading.Event()
        self._listener = socket.create_server((LOOPBACK, self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """HOST:PORT of the proxy."""
        return f"{LOOPBACK}:{self.port}"

    def spoil(self, names: Collection[str], fate: Fate, **more: float) -> Fault:
        """Spoil requests of these names (empty: all); `after` so many, so many `times`."""
        fault = Fault(names, fate, **more)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def calm(self) -> None:
        """Let everything through again."""
        with self._lock:
            self._faults.clear()
        self._silent.clear()
        self._refusing.clear()

    def silence(self) -> None:
        """Hold everything back, both ways, connections stay open: a black hole, until `calm`."""
        self._silent.set()

    def cut(self) -> None:
        """Reset every connection there is."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            link.reset()

    def down(self) -> None:
        """Reset every connection and refuse new ones, until `calm`."""
        self._refusing.set()
        self.cut()

    def close(self) -> None:
        """Stop listening, and reset what is open."""
        self._closed.set()
        self._listener.close()
        self.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._refusing.is_set():
                    raise ConnectionRefusedError
                server = socket.create_connection((LOOPBACK, self._target), 5.0)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            link = _Link(client, server)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._links.append(link)
            for pump in (self._requests, self._replies):
                threading.Thread(target=self._pumping, args=(pump, link), daemon=True).start()

    def _pumping(self, pump: Callable[[_Link], None], link: _Link) -> None:
        try:
            pump(link)
        except (OSError, EOFError):
            pass
        finally:
            link.reset()
            with self._lock, suppress(ValueError):
                self._links.remove(link)

    def _requests(self, link: _Link) -> None:
        while True:
            frame = self._protocol.read(link.client)
            self._wait_while_silent()
            name, number = self._protocol.request(frame)
            fault = self._judge(name)
            if fault is not None and fault.fate is Fate.RESET:
                return
            if fault is not None:
                link.spoiled[number] = fault
            link.server.sendall(frame)

    def _replies(self, link: _Link) -> None:
        while True:
            frame = self._protocol.read(link.server)
            self._wait_while_silent()
            fault = link.spoiled.pop(self._protocol.reply(frame), None)
            if fault is not None and fault.fate is Fate.LOSE_REPLY:
                return
            if fault is not None and fault.fate is Fate.SWALLOW:
                continue
            if fault is not None:
                time.sleep(fault.seconds)
            link.client.sendall(frame)

    def _judge(self, name: str) -> Fault | None:
        with self._lock:
            self.seen[name] += 1
            return next((fault for fault in self._faults if fault.takes(name)), None)

    def _wait_while_silent(self) -> None:
        while self._silent.is_set() and not self._closed.is_set():
            time.sleep(_TICK)
